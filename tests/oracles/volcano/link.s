// SPDX-License-Identifier: Apache-2.0
// Lets deviceScore in link.go have no body.
