# SPDX-License-Identifier: Apache-2.0
# Finds a CUDA compiler, or gets one. Sourced by scripts/test.

# provide_nvcc FOLDER: prints the path of nvcc: of the toolkit of this machine, or from NVIDIA's Python packages, which it
# installs into FOLDER (300 MB). Where neither can be had, prints nothing and says so in one line on standard error.
provide_nvcc() {
    local folder=$1 nvcc package wanted=()
    for nvcc in "$(command -v nvcc || true)" /usr/local/cuda/bin/nvcc "$folder"/lib/python3*/site-packages/nvidia/cu13/bin/nvcc; do
        if [[ -x $nvcc ]]; then
            echo "$nvcc"
            return 0
        fi
    done
    for package in cuda-nvcc cuda-crt nvvm cuda-runtime cuda-cccl; do wanted+=("nvidia-$package==13.0.*"); done
    if python3 -m venv "$folder" >/dev/null 2>&1 && "$folder/bin/pip" --quiet install "${wanted[@]}" >/dev/null 2>&1; then
        echo "got nvcc as a Python package: there is no CUDA toolkit" >&2
        echo "$folder"/lib/python3*/site-packages/nvidia/cu13/bin/nvcc
    else
        echo "note: no CUDA toolkit, and no nvcc as a Python package: that the kernels compile is not tested" >&2
    fi
}
