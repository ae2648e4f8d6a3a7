#!/usr/bin/env bash
# Compares `mwcheck lint` with `grep -r MIDDLEWARE` over the same files, warm
# cache, wall time: the Django sources beside one project from the corpus.
#
#   scripts/speed.sh [RUNS]     default 15 runs of each, in turn
#
# Prints the median of each and their ratio; exits with 1 where the ratio is
# above 3.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-15}
for package in python3-django graphite-web; do
	if [ ! -d ".corpus/$package" ]; then
		echo "scripts/speed.sh: error: .corpus/$package is missing; run scripts/corpus.sh first" >&2
		exit 2
	fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/src
mkdir "$tree"
# Django's own packages as a source tree, and a project beside it.
cp -r .corpus/python3-django/usr/lib/python3/dist-packages/django "$tree/django"
cp -r .corpus/graphite-web/usr/lib/python3/dist-packages/graphite "$tree/graphite"
find "$tree" -type f ! -name '*.py' -delete
go build -o "$work/mwcheck" ./cmd/mwcheck
files=$(find "$tree" -name '*.py' | wc -l)

# micros runs a command and prints its wall time in microseconds.
micros() {
	local from to
	from=${EPOCHREALTIME/[.,]/}
	"$@" >/dev/null 2>&1 || [ $? = 1 ] || { echo "scripts/speed.sh: error: $* failed" >&2; return 2; }
	to=${EPOCHREALTIME/[.,]/}
	echo $((to - from))
}
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

cd "$tree"
for _ in 1 2; do # warm up
	grep -r MIDDLEWARE . >/dev/null
	../mwcheck lint . >/dev/null 2>&1 || true
done
for _ in $(seq "$runs"); do
	micros grep -r MIDDLEWARE . >>../grep.times
	micros ../mwcheck lint . >>../lint.times
done
g=$(median <../grep.times)
l=$(median <../lint.times)
awk -v g="$g" -v l="$l" -v n="$files" -v r="$runs" 'BEGIN {
	printf "%d Python files, median of %d runs: grep %.1f ms, mwcheck lint %.1f ms, ratio %.2f\n", n, r, g / 1000, l / 1000, l / g
	exit l > 3 * g
}'
