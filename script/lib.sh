# Helpers of the scripts beside it. Sourced, never run: it moves to the project's root, so that
# every script works from any directory.
set -euo pipefail
caller_dir=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\n== %s\n' "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }

# A script's help is its own comment: the lines from the second up to the first that is none.
show_help() { sed -n '2,/^[^#]/{/^#/!q;s/^# \{0,1\}//p}' "$1"; }
help_wanted() { # script, its arguments
    local script=$1 arg
    shift
    for arg in "$@"; do
        case $arg in -h | --help) show_help "$script"; exit 0 ;; esac
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else die "This needs root: run as root, or install sudo, or install by hand: $*"
    fi
}

# configure DIR OPTION...: makes a Meson build directory once; ninja keeps it current afterwards.
configure() {
    local dir=$1
    shift
    [ -f "$dir/build.ninja" ] || meson setup "$dir" "$@" >"$dir.log" 2>&1 || { cat "$dir.log"; die "meson setup $dir failed"; }
    rm -f "$dir.log"
}
# The ordinary build with its tests. script/setup may have made it before what tests need was there.
build_plain() {
    configure build
    /usr/bin/python3 -c '
import json, sys
sys.exit(not next(o["value"] for o in json.load(open("build/meson-info/intro-buildoptions.json")) if o["name"] == "tests"))' ||
        meson configure build -Dtests=true
    build build
}
# ninja's thousand lines say nothing when all is well.
build() {
    local dir=$1 log
    shift
    log=$(mktemp)
    if ! ninja -C "$dir" "$@" >"$log" 2>&1; then
        sed -n '/^FAILED/,$p' "$log" | head -60
        grep -q '^FAILED' "$log" || tail -20 "$log"
        rm -f "$log"
        die "The build in $dir failed."
    fi
    rm -f "$log"
}
