#!/usr/bin/env bash
# All set-up of a checkout, safe to repeat: system packages, virtual environment, Python packages.
#
# A second run finds everything in place and takes well under a second. Packages that are present are not installed again.
#   PYTHON=python3.12 scripts/setup.sh     use another Python (3.10 to 3.12)
#   VENV=/path scripts/setup.sh            put the virtual environment elsewhere
#   FOR_TESTS=1 scripts/setup.sh           also install the packages that only the tests need
set -euo pipefail
cd "$(dirname "$0")/.."
VENV=${VENV:-.venv}
STAMP="$VENV/.mcutk-setup"

say() { printf '%s\n' "$*"; }
fail() {
    printf 'error: %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '  %s\n' "$line" >&2; done
    exit 1
}

# --- system packages ------------------------------------------------------------------------------------------

good_python() { # a command that is Python 3.10 to 3.12
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] < (3, 13))' 2>/dev/null
}

find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.11 python3.12 python3.10; do
        if good_python "$candidate"; then
            say "$candidate"
            return
        fi
    done
}

# newlib comes in a package of its own: with it the compiler names an absolute path for libc.a
has_newlib() { [[ "$(arm-none-eabi-gcc -print-file-name=libc.a 2>/dev/null)" == /* ]]; }
# the host compiler may come without the C library's headers
has_libc_headers() { printf '#include <stdio.h>\n' | gcc -E - >/dev/null 2>&1; }

missing_packages() {
    local python
    command -v gcc >/dev/null 2>&1 || say gcc
    has_libc_headers || say libc6-dev
    command -v make >/dev/null 2>&1 || say make
    command -v arm-none-eabi-gcc >/dev/null 2>&1 || say gcc-arm-none-eabi
    has_newlib || say libnewlib-arm-none-eabi
    command -v qemu-system-arm >/dev/null 2>&1 || say qemu-system-arm
    if [[ -n "${FOR_TESTS:-}" ]]; then # packages that only tests need: sketches compiled as C++, MISRA C findings
        command -v g++ >/dev/null 2>&1 || say g++
        command -v cppcheck >/dev/null 2>&1 || say cppcheck
    fi
    python=$(find_python)
    if [[ -z "$python" ]]; then
        say python3
        say python3-venv
    elif [[ ! -x "$VENV/bin/python" ]] && ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        # Debian splits ensurepip out into a package named after the version of this interpreter
        say "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    fi
}

install_packages() {
    local as_root=()
    if ! command -v apt-get >/dev/null 2>&1; then
        fail "this machine lacks programs that the checkout needs, and has no apt-get to install them" \
            "missing (Debian names): $*" "try: install them by your system's own package manager, then run make again"
    fi
    if [[ "$(id -u)" -ne 0 ]]; then
        command -v sudo >/dev/null 2>&1 || fail "system packages are missing, this user is not root, and sudo is not installed" \
            "missing: $*" "try: as root: apt-get update && apt-get install $*"
        as_root=(sudo)
        say "Installing system packages with sudo: $*"
    else
        say "Installing system packages: $*"
    fi
    "${as_root[@]}" apt-get update -qq </dev/null ||
        say "apt-get update failed; continuing with the present package lists" >&2
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null ||
        fail "apt-get could not install: $*" "try: apt-get update && apt-get install $*"
}

# --- Python packages ------------------------------------------------------------------------------------------

# Versions are stated in pyproject.toml; this prints the requirements of one extra.
extra() { "$VENV/bin/python" scripts/requirements.py "$1"; }

make_venv() {
    local python=$1
    if [[ -x "$VENV/bin/python" ]] && good_python "$VENV/bin/python" && "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
        return
    fi
    say "Making the virtual environment $VENV with $python"
    rm -rf "$VENV"
    "$python" -m venv "$VENV"
}

install_python_packages() {
    local pip=("$VENV/bin/python" -m pip --disable-pip-version-check --no-input)
    local requirements bare verify
    say "Installing Python packages into $VENV (TensorFlow is large: some minutes on a slow connection)"
    "${pip[@]}" install --quiet "packaging>=23" "tomli>=2"
    mapfile -t requirements < <(extra core; extra dev; extra train; extra attest)
    # tf-keras requires the package `tensorflow`, which beside tensorflow-cpu would be a second copy of the same
    # files and 570 MB more to download. So packages that depend on TensorFlow are installed without their dependencies.
    mapfile -t bare < <(extra train-bare)
    "${pip[@]}" install --quiet "${requirements[@]}" </dev/null
    "${pip[@]}" install --quiet --no-deps "${bare[@]}" </dev/null
    # Nightly development wheels: old ones are deleted, and not every Python has one. Everything else works without it.
    mapfile -t verify < <(extra verify)
    if ((${#verify[@]})) && ! "${pip[@]}" install --quiet "${verify[@]}" </dev/null 2>/dev/null; then
        say "No wheel of tflite-micro for this Python: mcutk eval and the tests leave out that comparison" >&2
    fi
    "${pip[@]}" install --quiet --no-deps --editable . </dev/null
}

fingerprint() { cat pyproject.toml scripts/setup.sh scripts/requirements.py | sha256sum; "$VENV/bin/python" -V; }

main() {
    local packages python
    mapfile -t packages < <(missing_packages)
    if ((${#packages[@]})); then
        install_packages "${packages[@]}"
    fi
    python=$(find_python)
    [[ -n "$python" ]] || fail "no suitable Python" "expected: Python 3.10, 3.11 or 3.12" \
        "received: $(python3 -V 2>&1 || true)" "try: PYTHON=/path/to/python3.11 make"
    make_venv "$python"
    if [[ -f "$STAMP" && "$(cat "$STAMP")" == "$(fingerprint)" ]]; then
        return
    fi
    install_python_packages
    fingerprint >"$STAMP"
}

# Sourced by tests for its functions
if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then
    main "$@"
fi
