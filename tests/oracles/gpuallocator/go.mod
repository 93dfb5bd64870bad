// SPDX-License-Identifier: Apache-2.0
module example.invalid/oracles/gpuallocator

go 1.26

require (
	github.com/NVIDIA/go-gpuallocator v0.0.0
	github.com/NVIDIA/go-nvlib v0.10.0
	github.com/NVIDIA/go-nvml v0.13.0-1
)

require github.com/google/uuid v1.6.0 // indirect

replace github.com/NVIDIA/go-gpuallocator => ./src
