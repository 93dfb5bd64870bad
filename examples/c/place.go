// SPDX-License-Identifier: Apache-2.0

// Places a task from Go.
package main

// #include <gpupack/c/gpupack.h>
// #include <stdlib.h>
import "C"

import (
	"fmt"
	"os"
	"unsafe"
)

func expect(status, expected C.gpupack_status) {
	if status != expected {
		fmt.Fprintf(os.Stderr, "status %d and not %d: %s\n", status, expected, C.GoString(C.gpupack_last_error()))
		os.Exit(1)
	}
}

func main() {
	text := func(value string) *C.char { return C.CString(value) } // kept until the program ends
	var fleet *C.gpupack_fleet
	expect(C.gpupack_fleet_new(text("best-fit"), &fleet), C.GPUPACK_OK)
	var node C.gpupack_node
	node.size = C.uint32_t(unsafe.Sizeof(node))
	node.name, node.gpus = text("n1"), text("2xT4")
	node.cpu_milli, node.memory_mib = 8000, 65536
	expect(C.gpupack_node_put(fleet, &node), C.GPUPACK_OK)
	var request C.gpupack_request
	request.size = C.uint32_t(unsafe.Sizeof(request))
	request.task, request.share, request.gpus = text("a"), text("slice:33%"), 2
	var placement C.gpupack_placement
	placement.size = C.uint32_t(unsafe.Sizeof(placement))
	expect(C.gpupack_place(fleet, &request, &placement), C.GPUPACK_OK)
	fmt.Println(C.GoString(placement.record))
	expect(C.gpupack_place(fleet, &request, nil), C.GPUPACK_CONFLICT)
	expect(C.gpupack_release(fleet, request.task), C.GPUPACK_OK)
	C.gpupack_fleet_free(fleet)
}
