#!/bin/sh
# Installs the Debian packages that are missing; does nothing, quickly, when all are there.
#
#   install-packages.sh [--check] GROUP...     groups: build, test, check
#
# What counts as missing is a program or a header that cannot be found, so that hand-made
# installations do. Elsewhere than on Debian, and with --check, it names what is missing and
# ends with 1.
set -eu
PATH=$PATH:/usr/sbin # where servers are

# package, then the program or header that shows that it is there
list() {
    case $1 in
    build) cat <<END
gcc              gcc
libc6-dev        stdio.h
make             make
lemon            lemon
re2c             re2c
libjansson-dev   jansson.h
libsqlite3-dev   sqlite3.h
zlib1g-dev       zlib.h
libdeflate-dev   libdeflate.h
libpcre2-dev     pcre2.h
libsodium-dev    sodium.h
libedit-dev      histedit.h
libcurl4-openssl-dev curl/curl.h
libyaml-dev      yaml.h
libmosquitto-dev mosquitto.h
libmicrohttpd-dev microhttpd.h
libgnutls28-dev  gnutls/x509.h
END
        ;;
    test) cat <<END
libcmocka-dev    cmocka.h
sqlite3          sqlite3
mosquitto         mosquitto
mosquitto-clients mosquitto_pub
openssl           openssl
END
        ;;
    check) cat <<END
clang              clang
libclang-rt-14-dev libFuzzer
clang-format       clang-format
cppcheck           cppcheck
END
        ;;
    *) echo "install-packages.sh: no group \"$1\"; there are build, test, check" >&2; exit 2 ;;
    esac
}

has_header() {
    [ -f "/usr/include/$1" ] || [ -f "/usr/local/include/$1" ] ||
        echo "#include <$1>" | ${CC:-cc} ${CFLAGS:-} -E -x c - >/dev/null 2>&1
}

has_fuzzer() {
    for found in /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a; do
        [ -f "$found" ] && return 0
    done
    return 1
}

missing() {
    list "$1" | while read -r package sign; do
        case $sign in
        *.h)       has_header "$sign" ;;
        libFuzzer) has_fuzzer ;;
        *)         command -v "$sign" >/dev/null 2>&1 ;;
        esac || echo "$package"
    done
}

check_only=
if [ "${1:-}" = --check ]; then
    check_only=1
    shift
fi

wanted=
for group in "$@"; do
    wanted="$wanted $(missing "$group")"
done
wanted=$(echo $wanted)
[ -n "$wanted" ] || exit 0

if [ -n "$check_only" ]; then
    echo "These packages are missing: $wanted" >&2
    echo "\`make deps\` installs them (Debian)." >&2
    exit 1
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "This is no Debian. Please install what belongs to these Debian packages:" >&2
    echo "  $wanted" >&2
    exit 1
fi

as_root=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "Neither root nor sudo. Please install as root:" >&2
        echo "  apt-get install $wanted" >&2
        exit 1
    fi
    as_root="sudo"
fi

echo "Installing: $wanted" >&2
get="$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300"
$get update >&2 </dev/null || echo "apt-get update failed; trying with the lists there are" >&2
if ! $get install -y --no-install-recommends $wanted >&2 </dev/null; then
    echo "apt-get could not install: $wanted" >&2
    exit 1
fi
