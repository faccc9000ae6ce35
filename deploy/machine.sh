#!/bin/sh
# What the machine itself must bring: `machine.sh python` before the virtual environment is made,
# `machine.sh test` before the tests. Missing things are installed from Debian when we are root with
# apt-get; otherwise one line says what is missing.
set -eu

python=${PYTHON:-python3}

# ensure WHAT PACKAGE...: install the packages, or say in one line that they are missing.
ensure() {
    what=$1
    shift
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        echo "Missing on this machine: $what. Install it (Debian: $*) and run make again." >&2
        exit 1
    fi
    echo "Installing from Debian: $*"
    log=$(mktemp)
    if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"; } \
        >"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        echo "Missing on this machine: $what, and apt-get could not install it (see above)." >&2
        exit 1
    fi
    rm -f "$log"
}

case ${1:-} in
python)
    command -v "$python" >/dev/null 2>&1 || ensure "Python 3.11 or newer" python3 python3-venv
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        echo "Missing on this machine: Python 3.11 or newer ($python is $("$python" -V 2>&1))." >&2
        exit 1
    fi
    "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || ensure "Python's venv module" python3-venv
    ;;
test)
    what= packages=
    want() { what="${what:+$what, }$1" packages="$packages $2"; }
    # Without the window it draws the same pages with a quarter less work.
    [ -x "${CHROMIUM:-/usr/bin/chromium-headless-shell}" ] || want "the browser Chromium" chromium-headless-shell
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || want "the PostgreSQL server" postgresql
    ls /usr/lib/*/libatomic.so.1 >/dev/null 2>&1 || want "libatomic, for the driver of the browser" libatomic1
    # One font with Kazakh letters and the tenge sign everywhere: its widths decide what fits into 320 px.
    fonts=$(find /usr/share/fonts -name 'NotoSans-Regular.ttf' 2>/dev/null || true)
    [ -n "$fonts" ] || want "the font Noto Sans" fonts-noto-core
    # shellcheck disable=SC2086  # a list of package names
    [ -z "$packages" ] || ensure "$what" $packages
    ;;
*)
    echo "usage: machine.sh python|test" >&2
    exit 2
    ;;
esac
