// SPDX-License-Identifier: Apache-2.0
// The source that runs in a host loop and on Thrust's back ends, on a GPU.
#include "gpu/batch_spaces_test.cpp"
