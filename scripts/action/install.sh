#!/usr/bin/env bash
# Brings mwcheck for action.yml: builds the source of the action, or downloads
# a released version and checks it against the release's checksums.
#
#   MWCHECK_BIN       directory to put the program into
#   MWCHECK_SOURCE    the action's own source
#   MWCHECK_VERSION   a released version, as 0.1.0; empty: build the source
#   MWCHECK_RELEASES  where releases are; set by tests
set -euo pipefail
: "${MWCHECK_BIN:?}" "${MWCHECK_SOURCE:?}"
mkdir -p "$MWCHECK_BIN"
suffix=
[ "${RUNNER_OS-}" != Windows ] || suffix=.exe

if [ -z "${MWCHECK_VERSION-}" ]; then
	cd "$MWCHECK_SOURCE"
	CGO_ENABLED=0 go build -trimpath -o "$MWCHECK_BIN/mwcheck$suffix" ./cmd/mwcheck
	exit
fi

version=${MWCHECK_VERSION#v}
if ! [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]]; then
	echo "mwcheck: error: malformed version \"$MWCHECK_VERSION\": want a form like 0.1.0" >&2
	exit 2
fi
case "${RUNNER_OS-}" in
Linux) system=linux ending=tar.gz ;;
macOS) system=darwin ending=tar.gz ;;
Windows) system=windows ending=zip ;;
*)
	echo "mwcheck: error: there is no release for the system \"${RUNNER_OS-}\"; leave the version empty to build from source" >&2
	exit 2
	;;
esac
case "${RUNNER_ARCH-}" in
X64) arch=amd64 ;;
ARM64) arch=arm64 ;;
*)
	echo "mwcheck: error: there is no release for the processor \"${RUNNER_ARCH-}\"; leave the version empty to build from source" >&2
	exit 2
	;;
esac

name=mwcheck_${version}_${system}_${arch}.$ending
from=${MWCHECK_RELEASES:-https://github.com/mwcheck/mwcheck/releases/download}/v$version
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for file in "$name" checksums.txt; do
	curl --fail --silent --show-error --location --retry 3 --max-time 300 --output "$work/$file" "$from/$file"
done
cd "$work"
# The line of this file alone, so that a list without it fails as well.
grep -E "^[0-9a-f]{64}  $(printf %s "$name" | sed 's/[.+]/\\&/g')\$" checksums.txt >wanted || {
	echo "mwcheck: error: checksums.txt of version $version has no line for $name" >&2
	exit 2
}
if command -v sha256sum >/dev/null; then
	sha256sum --check --quiet wanted
else
	shasum --algorithm 256 --check --quiet wanted
fi
if [ "$ending" = zip ]; then
	unzip -q "$name" "mwcheck$suffix"
else
	tar -xzf "$name" mwcheck
fi
cp "mwcheck$suffix" "$MWCHECK_BIN/"
