# SPDX-License-Identifier: Apache-2.0
# Puts the scripts and style.css into page.html, and writes the page as a C++ source file.
#
#   cmake -DOUTPUT=report_page.cpp -P embed.cmake
cmake_minimum_required(VERSION 3.25)

# Puts some files, one after another, in the place {{mark}} of the page.
function(put_into_page mark)
    set(all "")
    foreach(name IN LISTS ARGN)
        file(READ "${CMAKE_CURRENT_LIST_DIR}/${name}" text)
        string(FIND "${text}" "</" closing)
        if(NOT closing EQUAL -1)
            message(FATAL_ERROR "${name} has \"</\", which could end its element in the page")
        endif()
        string(APPEND all "${text}")
    endforeach()
    expect_in_page(${mark})
    string(REPLACE "{{${mark}}}" "${all}" page "${page}")
    set(page "${page}" PARENT_SCOPE)
endfunction()

function(expect_in_page mark)
    string(FIND "${page}" "{{${mark}}}" position)
    if(position EQUAL -1)
        message(FATAL_ERROR "page.html has no place {{${mark}}}")
    endif()
endfunction()

file(READ "${CMAKE_CURRENT_LIST_DIR}/page.html" page)
put_into_page(style style.css)
put_into_page(script summary.js elements.js curves.js tables.js gpu_map.js node_times.js waits.js staying.js visits.js app.js)
expect_in_page(meta) # these two are filled by the program
expect_in_page(runs)
file(WRITE "${OUTPUT}" "// SPDX-License-Identifier: Apache-2.0
// Made of the files in report/ by report/embed.cmake.
#include \"report_page.hpp\"

const std::string_view replay_program::report_page = R\"report_page(${page})report_page\";
")
