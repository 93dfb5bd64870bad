# SPDX-License-Identifier: Apache-2.0
# What gpupack needs on Debian 12, and how it gets there. Sourced by scripts/demo, scripts/test and scripts/bench.

program_packages=(g++ cmake ninja-build libeigen3-dev libexpected-dev libcli11-dev libfmt-dev nlohmann-json3-dev
                  libtbb-dev libpugixml-dev zlib1g-dev libcpp-httplib-dev libssl-dev libyaml-cpp-dev)
test_packages=("${program_packages[@]}" libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev pkg-config python3 python3-venv
               doxygen)

# install_missing PACKAGE...: installs those that are not there; does nothing, and asks no server, where all are.
# Writes to standard error only: standard output belongs to the caller.
install_missing() {
    local missing=() as_root=() package
    if ! command -v dpkg-query >/dev/null; then
        echo "not a Debian machine: install by hand what corresponds to: $*" >&2
        return 0
    fi
    for package in "$@"; do
        [[ $(dpkg-query -W -f='${Status}' "$package" 2>/dev/null) == "install ok installed" ]] || missing+=("$package")
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0
    if [[ $(id -u) -ne 0 ]]; then
        if ! command -v sudo >/dev/null; then
            echo "as root, first run: apt-get install ${missing[*]}" >&2
            return 1
        fi
        as_root=(sudo)
    fi
    echo "installing ${missing[*]}" >&2
    "${as_root[@]}" apt-get update -qq >&2
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >&2
}
