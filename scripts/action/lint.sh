#!/usr/bin/env bash
# Runs mwcheck lint for action.yml: writes the SARIF file, shows the findings in
# the log, and leaves the exit code to a later step, so that the file is
# uploaded before the job fails.
#
#   MWCHECK_BIN      directory of the program
#   MWCHECK_PATHS    what to check, separated by blanks
#   MWCHECK_ARGS     further flags, separated by blanks
#   MWCHECK_FAIL_ON  the least severity that fails the job
#   MWCHECK_SARIF    the file to write
#   GITHUB_OUTPUT    the file that the step's outputs go to
set -euo pipefail
: "${MWCHECK_BIN:?}" "${MWCHECK_SARIF:?}" "${GITHUB_OUTPUT:?}"
read -r -a paths <<<"${MWCHECK_PATHS:-.}"
read -r -a args <<<"${MWCHECK_ARGS-}"
lint() {
	"$MWCHECK_BIN/mwcheck" lint --fail-on "${MWCHECK_FAIL_ON:-warning}" ${args[@]+"${args[@]}"} --format "$1" -- "${paths[@]}"
}

mkdir -p "$(dirname "$MWCHECK_SARIF")"
code=0
lint sarif >"$MWCHECK_SARIF" || code=$?
{
	echo "exit-code=$code"
	echo "sarif-file=$MWCHECK_SARIF"
} >>"$GITHUB_OUTPUT"
# Wrong usage writes no document, and there is nothing to upload.
if [ ! -s "$MWCHECK_SARIF" ]; then
	exit "$code"
fi
lint text || true
