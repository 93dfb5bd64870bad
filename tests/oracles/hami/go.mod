// SPDX-License-Identifier: Apache-2.0
module hamioracle

go 1.26

require github.com/Project-HAMi/HAMi v0.0.0

replace github.com/Project-HAMi/HAMi => ./src
