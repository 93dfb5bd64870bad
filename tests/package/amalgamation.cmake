# SPDX-License-Identifier: Apache-2.0
# Makes the single header in an empty FOLDER, compiles PROGRAM with it alone, and runs it.
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})
execute_process(COMMAND ${PYTHON} -B ${SCRIPT} OUTPUT_FILE ${FOLDER}/gpupack.hpp COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${COMPILER} -std=c++20 -O0 -I${FOLDER} ${PROGRAM} -o ${FOLDER}/program COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${FOLDER}/program COMMAND_ERROR_IS_FATAL ANY)
