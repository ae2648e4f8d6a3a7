#!/usr/bin/env bash
# Runs other tools on the sample project whose middleware is wrong on purpose,
# testdata/projects/bookshop, and counts what they say and how much of it
# names one of the four layers that stand in the wrong place. docs/peers.md has the figures of one run.
#
# The tools come from Debian (downloaded and unpacked into .peers/, never
# installed) and, for ruff, from npm. Django's own checks import and run the
# project; the others, and mwcheck, only read it.
# Needs apt-get, dpkg-deb, python3, node with npm, Go, and scripts/corpus.sh.
set -eu
cd "$(dirname "$0")/.."
root=$PWD/.peers
project=testdata/projects/bookshop
mkdir -p "$root/deb" "$root/node"

packages="bandit flake8 pylint pyupgrade python3-astroid python3-bandit python3-dill python3-flake8 python3-git python3-gitdb
python3-importlib-metadata python3-isort python3-lazy-object-proxy python3-logilab-common python3-mccabe python3-more-itertools
python3-pbr python3-pkg-resources python3-platformdirs python3-pycodestyle python3-pyflakes python3-pylint-django
python3-pylint-plugin-utils python3-setuptools python3-six python3-smmap python3-stevedore python3-tokenize-rt python3-toml
python3-tomli python3-tomlkit python3-typing-extensions python3-wrapt python3-yaml python3-zipp"
if [ ! -e "$root/unpacked" ]; then
	# shellcheck disable=SC2086 # a list of names
	(cd "$root/deb" && apt-get -qq -o APT::Sandbox::User=root download $packages)
	for deb in "$root"/deb/*.deb; do dpkg-deb -x "$deb" "$root/unpacked.new"; done
	mv "$root/unpacked.new" "$root/unpacked"
fi
[ -e "$root/node/node_modules" ] || npm --prefix "$root/node" install --silent @astral-sh/ruff-wasm-nodejs@0.17.3
scripts/corpus.sh >/dev/null

lib=$root/unpacked/usr/lib/python3/dist-packages
corpus=
for package in .corpus/*/usr/lib/python3/dist-packages; do corpus+=$PWD/$package:; done
python() { PYTHONPATH=$lib:$PWD/$project:${corpus%:} python3 -W ignore "$@"; }

# report NAME VERSION prints a row of the table; the tool's findings, one a
# line, come on stdin.
report() {
	local lines
	lines=$(cat)
	printf '| %s | %s | %s | %s |\n' "$1" "$2" "$(grep -c . <<<"$lines" || true)" "$(grep -cE '(Cors|Authentication|WhiteNoise|UpdateCache)Middleware' <<<"$lines" || true)"
	[ -z "${VERBOSE-}" ] || printf '%s\n' "$lines" >&2
}
version() { dpkg-deb -f "$root"/deb/"$1"_*.deb Version; }

files=$(git ls-files "$project" | grep '\.py$')
echo '| tool | version | findings | name a misplaced layer |'
echo '|---|---|---|---|'
# shellcheck disable=SC2086 # a list of files without blanks
{
	python -m flake8 $files 2>&1 | report flake8 "$(version flake8)"
	DJANGO_SETTINGS_MODULE=bookshop.settings.dev python -m pylint --load-plugins=pylint_django --score=n --reports=n \
		--disable=import-error --msg-template='{path}:{line}: {msg_id} {msg}' $files 2>/dev/null | grep -v '^\*' | report "pylint with pylint-django" "$(version pylint), $(version python3-pylint-django)"
	python -m bandit -q -f custom --msg-template '{relpath}:{line}: {test_id} {msg}' $files 2>/dev/null | report bandit "$(version bandit)"
}
# shellcheck disable=SC2086 # a list of files without blanks
node - "$root/node/node_modules/@astral-sh/ruff-wasm-nodejs" $files <<'JS' | report "ruff, all rules" 0.17.3
const { Workspace, PositionEncoding } = require(process.argv[2]);
const fs = require("fs");
const all = new Workspace({ lint: { select: ["ALL"] } }, PositionEncoding?.Utf16);
for (const file of process.argv.slice(3))
  for (const d of all.check(fs.readFileSync(file, "utf8"))) console.log(`${file}: ${d.code} ${d.message.split("\n")[0]}`);
JS
# shellcheck disable=SC2015 # what fails may fail
(cd "$project" && SECRET_KEY=x ALLOWED_HOSTS=shop.example python - dev <<'PY' 2>&1 || true) | report "Django's check --deploy" "$(sed -n 's/^python3-django \([^ ]*\).*/\1/p' .corpus/VERSIONS)"
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "bookshop.settings." + sys.argv[1]
import django
from django.core import checks
try:
    django.setup()
    for issue in checks.run_checks(include_deployment_checks=True):
        print(issue.id, str(issue.msg).split("\n")[0])
except Exception as e:
    print("does not start:", type(e).__name__, e)
PY
go run ./cmd/mwcheck lint --format short "$project" 2>/dev/null | grep -v ': note: ' | report mwcheck "this checkout" || true
