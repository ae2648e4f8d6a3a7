#!/usr/bin/env bash
# Compares `mwcheck lint` with `grep -r MIDDLEWARE` over the same files, warm
# cache, wall time: the Django sources beside one real project from the corpus,
# one project after the other.
#
#   scripts/speed.sh [RUNS]     default 15 runs of each, in turn
#
# Prints the medians and their ratio for each project; exits with 1 where a
# ratio is above 3. On a machine that does other work the ratio says little.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-15}
packages=usr/lib/python3/dist-packages
projects=(mailman3-web/usr/share/mailman3-web "python3-ara/$packages/ara" "graphite-web/$packages/graphite")
for folder in "python3-django/$packages/django" "${projects[@]}"; do
	if [ ! -d ".corpus/$folder" ]; then
		echo "scripts/speed.sh: error: .corpus/$folder is missing; run scripts/corpus.sh first" >&2
		exit 2
	fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/mwcheck" ./cmd/mwcheck

# micros runs a command and prints its wall time in microseconds.
micros() {
	local from to
	from=${EPOCHREALTIME/[.,]/}
	"$@" >/dev/null 2>&1 || [ $? = 1 ] || {
		echo "scripts/speed.sh: error: $* failed" >&2
		return 2
	}
	to=${EPOCHREALTIME/[.,]/}
	echo $((to - from))
}
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

slow=0
for project in "${projects[@]}"; do
	tree=$work/${project%%/*}
	mkdir "$tree"
	cp -r ".corpus/python3-django/$packages/django" "$tree/django"
	cp -r ".corpus/$project" "$tree/project"
	mv "$tree/project" "$tree/${project##*/}"
	find "$tree" ! -type d ! \( -type f -name '*.py' \) -delete
	for _ in 1 2; do # warm up
		(cd "$tree" && grep -r MIDDLEWARE . && ../mwcheck lint .) >/dev/null 2>&1 || true
	done
	for _ in $(seq "$runs"); do
		(cd "$tree" && micros grep -r MIDDLEWARE .) >>"$tree.grep"
		(cd "$tree" && micros ../mwcheck lint .) >>"$tree.lint"
	done
	awk -v g="$(median <"$tree.grep")" -v l="$(median <"$tree.lint")" -v p="${project%%/*}" \
		-v n="$(find "$tree" -name '*.py' | wc -l)" 'BEGIN {
		printf "%-14s %d Python files: grep %.1f ms, mwcheck lint %.1f ms, ratio %.2f\n", p, n, g / 1000, l / 1000, l / g
		exit l > 3 * g
	}' || slow=1
done
exit $slow
