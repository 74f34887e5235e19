# Linux on 64-bit ARM by Debian's cross compiler (apt-get install g++-aarch64-linux-gnu). Tests run under qemu-user where
# it is installed.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_FIND_ROOT_PATH /usr/aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)

find_program(POMAI_QEMU NAMES qemu-aarch64 qemu-aarch64-static)
if(POMAI_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${POMAI_QEMU} -L /usr/aarch64-linux-gnu)
endif()
