// SPDX-License-Identifier: Apache-2.0
module gpupack.example/oracles/kai

go 1.24.4

require github.com/NVIDIA/KAI-scheduler v0.0.0

replace github.com/NVIDIA/KAI-scheduler => ./upstream
