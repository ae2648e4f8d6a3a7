#!/usr/bin/env bash
# Brings real Django projects for local checks: Debian packages are downloaded
# (never installed) and unpacked into .corpus/<package>/, which git ignores.
#
#   scripts/corpus.sh         every package of the table below
#   scripts/corpus.sh --ci    only those marked "ci"
#
# A second run does nothing. The versions are pinned (Debian 12); where the
# archive has moved on, its present version is taken and the script says so:
# golden files of that package are then not compared. .corpus/VERSIONS holds
# what was unpacked: package, version, and "pinned" or "other".
# Needs apt-get and dpkg-deb; exits with 1 where they are missing.
set -euo pipefail
cd "$(dirname "$0")/.."

# package version sha256 set
packages() {
	cat <<-'TABLE'
	ara-server                      1.5.8-1.1              add84abcbfacc8d0127b66acee96e17f2e5fa8e51b0d616988fb771fcd3d88f9 all
	autoradio                       3.4-4                  e89c2a8f836e710a219429eed5b7f58230df2429bbd205b70ef3c6dc7255a648 all
	dicoweb                         2.11-2                 d1e8dc5dd0f4949be04a6dc04ffd89f475d70f90f7613b15f3c1a595a1fadd54 all
	freedombox                      23.6.2+deb12u2         eb67bb75cad0844ff89eb75eeb426139c97b88523564a2d66fae55c85f0c7e1c all
	graphite-web                    1.1.8-2                96887ac8155a10e3dbb6407d78842fe1c80e5775a05d16248fb28add01e7127a ci
	lava-server                     2023.01-2              933c68307747023f4e700c8b9dba1f64da6703ee98cb2e678f49502dcbad8d7a ci
	mailman3-web                    0+20200530-2.1         d5a26856ef00c56b4f2692db94a50f24caf5dc3282cf4ff6d11c1714ac76a38f ci
	omnidb-common                   3.0.3b+ds-4            06924838946bbb4cb6558f27887389164f3b0fea9c93bd8c731daa5ab9cbc19a all
	openstack-dashboard             3:23.0.0-5+deb12u2     8878a976670dabad325eff8eba0d71334fd55d7cfccad1bf23ecb884f41b4a59 all
	python3-ara                     1.5.8-1.1              a125c5dcd406ddacb15effc109356620694588e26f3a9593b8fdf360472ceeab ci
	python3-asgiref                 3.6.0-1                5c7835a18144105fc24172c2fb27a2d2e0b10d80df7bf9615664cefc8b065258 ci
	python3-django                  3:3.2.25-0+deb12u7     9ad8ed29d9026207970777e194f658c39b3a7a96a932967f043503fc25bdc319 ci
	python3-django-allauth          0.51.0-1               6bfc0834142064f3a07c18b67dc5f699c92cd0229201256f0152ff633fe11009 all
	python3-django-auth-ldap        4.1.0-3                923aaf17f6b141a8999a2d64785bf47807c1d826fbbee33a5fab4d4e40044ccb all
	python3-django-axes             5.39.0-2               2f71d34ddb92bf26a9bd23688fe7849467b2c7d957f4dbfa56146de07b6fd088 all
	python3-django-cas-server       2.0.0-2                10d1aeb58b9fdf3dadc893eb1974bfccc8fd5ce1086e6b1b0086356db511404c all
	python3-django-casclient        1.5.3-2                3e7cff23c8942ac143ede3a98e7ec00a54695809a228accc3ae03f8e98613658 all
	python3-django-cors-headers     3.14.0-1               33ecb3bf8cc6350bf0aa3f1652a29d31170fbea6469b06d27c01f1d497cda6b2 all
	python3-django-csp              3.7-3                  ee9db6f4d4cb1ac40e57ac7ea886a357d5e89a67bd704531a23da7ba74cbe306 all
	python3-django-debreach         2.1.0-2                84e07bb7b74c30fc80ef8f7139b786fea0868c5ef9b024ee077e3940e3b9d297 all
	python3-django-debug-toolbar    1:3.8.1-1              dc31cb05a46e6c9648e1842fa34c7dbce0b0b44223aa2e8430ba2c524f2c374f all
	python3-django-downloadview     2.3.0-1                4aeb9edced092787fc2a132bfcb3b92988eb54e2b53c499eb6f24b2a8b9b8aeb all
	python3-django-etcd-settings    0.1.13+dfsg-4          e56a57cfcfe99d2c8e19a42b6e1b8fedebfd6a2a25580101fb3d874af7daa509 all
	python3-django-guardian         2.4.0-2                5be952d923c562db1bc698966b205bef45741e024d71588889968691bb87ec68 all
	python3-django-horizon          3:23.0.0-5+deb12u2     e77b6dbca1600451650e48e09af761fa27f234bddf1840c31b363dd745e0b674 ci
	python3-django-hyperkitty       1.3.7-1                e8b71078aa1e7dc97ecdf34f545eefa5d996fb7b768595e89b783602b1247066 all
	python3-django-impersonate      1.9.1-1                6503b0142280599b2371d2ff51527e51583aecffe84f8e383aea9e6dd4d92af8 all
	python3-django-mailman3         1.3.9-1                4ec6ca1cfc18f701692cb6d8280ab31f637f0c0ddb4566ff92530e628b4bb81e all
	python3-django-maintenance-mode 0.16.1-2               77f1646d8102cce22b15b594c2b5b1e7bb44797abd707955aba84fa1ec62aa82 all
	python3-django-maintenancemode  0.11.7+git221001-2     8cd45a09940c88daa8ef591ef5ec4861fd011321f83c2aca944837394ad0f886 all
	python3-django-oauth-toolkit    1.7.0-2                51b8d9b8ee8862b37f4bb38801846d1267ba28a7c6e8617e0ee9544c5ed0e483 all
	python3-django-otp              1.1.3-1                b736c373994714ff4deee432f8f9dc2e014a24be79255972b4755a2cf7187b2a all
	python3-django-pagination       1.0.7-6                4369e055bfff2bc8a703146f22c37dacbfbfb4bc7b369a6dc148235a99759955 all
	python3-django-pgschemas        0.12.0-1               e9a58b4dd997175d17b1d743c5886540dbe7cfa5e3bd400e262da8624dfd93bd all
	python3-django-pipeline         1.6.14-6               eede5ddfc0038fa97c9cb6cfc6dd445fea024bf744e1b6b99acd78f3052b7671 all
	python3-django-postorius        1.3.8-3+deb12u1        00c833929cc46ac3787ee5e8265787d47594f6bf11104a12515e6cb252816ff6 all
	python3-django-prometheus       2.2.0-1                aead69ece8e32503347ff66de09d68b045200f5fccbb45498e4fa44c73b8cdfe all
	python3-django-python3-ldap     0.12.0-1               8a91cdd5a69d31b3952e6840050df1ab0afbcac4dc80df32cbee06cd2b08fd52 all
	python3-django-reversion        5.0.4-1                c6d87c5c4f19aca9316c37158e09d58a03e0e7d442d67dc356722b85a1ee1793 all
	python3-django-saml2            1.5.5-1                aab94c97da2be5559d9fc9a914c0a2521e9ff95dc42b53a0db09f68915e96c77 all
	python3-django-session-security 2.6.6+dfsg-2           885f3b5e7ee8baa0c2dc808133bad2c88b5c4d13a6a71c2d615de652abbc5cf6 all
	python3-django-simple-history   3.1.1-1                83f3e9ff5a58502cb6d56d41b53ef7d9327f176d8dd4eddf43d71ddfd7b92b7f all
	python3-django-stronghold       0.4.0+debian-1         9f377e4a9c751dd207f36eea6bc1528b03e6aa224ae54dcbe3cbbefff35266ef all
	python3-django-waffle           3.0.0-1                da25ff97ad3fde1be3a888e0b17a8b38871a01618910cb04276dba0f789c841c all
	python3-sqlparse                0.4.2-1+deb12u1        edd31cf6974984723034321451333ff375d0551baf375e8bc0ececaff661eabb ci
	python3-tz                      2022.7.1-4             b165d30ef171f9426c496900449b85d290d4c6d2de50e1c3f4adc2b55b6fd534 ci
	python3-whitenoise              6.0.0-3                f071fd4d58bac57df2b1f1920809ed8705963a142fd0e4dce9cad8244145edf3 all
	wims-lti                        0.4.4.1-12             702bf23d979646c281ecc4ab124493bd5a0b213e455dbb25fa3da82370b5a4ec all
	TABLE
}

only=all
case "${1-}" in
'') ;;
--ci) only=ci ;;
*)
	echo "usage: scripts/corpus.sh [--ci]" >&2
	exit 2
	;;
esac

root=.corpus
mkdir -p "$root/deb"

# stored prints the file name apt-get gives a package version.
stored() { printf '%s/deb/%s_%s_all.deb' "$root" "$1" "${2//:/%3a}"; }

intact() { [ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d' ' -f1)" = "$2" ]; }

have_tools() { command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; }

need_tools() {
	have_tools && return
	echo "scripts/corpus.sh: error: apt-get or dpkg-deb is not on this machine; the corpus comes from Debian packages" >&2
	exit 1
}

# apt-get knows nothing before its first update, as in a fresh container. A
# file remembers the update, as packages are brought in subshells.
updated=$root/deb/updated.$$
trap 'rm -f "$updated"' EXIT
update_once() {
	[ ! -f "$updated" ] || return 1
	touch "$updated"
	echo "scripts/corpus.sh: the package lists do not know a version, so apt-get update runs once" >&2
	if [ "$(id -u)" = 0 ]; then apt-get -qq update; else sudo -n apt-get -qq update; fi
}

# download fetches package[=version] into deb/; its file must appear there.
download() { (cd "$root/deb" && apt-get -qq -o APT::Sandbox::User=root download "$1" 2>&1); }

# bring makes the .deb of a package present and prints its file and its kind.
bring() {
	local name=$1 version=$2 sum=$3 file
	file=$(stored "$name" "$version")
	if intact "$file" "$sum"; then
		printf '%s pinned\n' "$file"
		return
	fi
	have_tools || return 1
	download "$name=$version" >/dev/null || { update_once >&2 && download "$name=$version" >/dev/null; } || true
	if [ -f "$file" ]; then
		if intact "$file" "$sum"; then
			printf '%s pinned\n' "$file"
		else
			echo "scripts/corpus.sh: note: $name $version has another checksum than the pinned one" >&2
			printf '%s other\n' "$file"
		fi
		return
	fi
	rm -f "$root/deb/${name}"_*.deb
	if ! download "$name" >&2; then
		echo "scripts/corpus.sh: error: $name cannot be downloaded" >&2
		return 1
	fi
	file=$(ls "$root/deb/${name}"_*.deb)
	echo "scripts/corpus.sh: note: the archive has ${file##*/}, not the pinned version $version" >&2
	printf '%s other\n' "$file"
}

failed=0
count=0
while read -r name version sum kind; do
	[ "$only" = all ] || [ "$kind" = ci ] || continue
	if ! got=$(bring "$name" "$version" "$sum"); then
		need_tools
		failed=$((failed + 1))
		continue
	fi
	read -r file state <<<"$got"
	base=${file##*/}
	stamp="$root/deb/$name.unpacked"
	# A stamp names the .deb that the folder came from.
	if [ ! -d "$root/$name" ] || { [ -f "$stamp" ] && [ "$(cat "$stamp")" != "$base" ]; }; then
		need_tools
		rm -rf "$root/$name.part" "${root:?}/$name"
		mkdir "$root/$name.part"
		dpkg-deb -x "$file" "$root/$name.part"
		mv "$root/$name.part" "$root/$name"
	fi
	echo "$base" >"$stamp"
	actual=${base#"$name"_}
	actual=${actual%_*.deb}
	printf '%s %s %s\n' "$name" "${actual//%3a/:}" "$state" >"$root/deb/$name.line"
	count=$((count + 1))
done < <(packages)

cat "$root"/deb/*.line >"$root/VERSIONS.part" 2>/dev/null || true
mv "$root/VERSIONS.part" "$root/VERSIONS"
echo "scripts/corpus.sh: $count packages in $root, $failed failed"
[ "$failed" = 0 ]
