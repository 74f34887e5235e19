"""The address of a buffer's memory, held in place: the one thing the buffer protocol does not offer from Python."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure, c_char_p, c_int, c_ssize_t, c_void_p


class _PyBuffer(Structure):
    """Py_buffer, whose layout is part of Python's stable ABI."""

    _fields_ = [
        ("buf", c_void_p),
        ("obj", c_void_p),
        ("len", c_ssize_t),
        ("itemsize", c_ssize_t),
        ("readonly", c_int),
        ("ndim", c_int),
        ("format", c_char_p),
        ("shape", POINTER(c_ssize_t)),
        ("strides", POINTER(c_ssize_t)),
        ("suboffsets", POINTER(c_ssize_t)),
        ("internal", c_void_p),
    ]


# A handle of our own: ctypes.pythonapi is shared, and another package may declare the same functions otherwise.
_PYTHON = ctypes.PyDLL(None)
_PYTHON.PyObject_GetBuffer.argtypes = [ctypes.py_object, c_void_p, c_int]
_PYTHON.PyObject_GetBuffer.restype = c_int
_PYTHON.PyBuffer_Release.argtypes = [c_void_p]
_PYTHON.PyBuffer_Release.restype = None
_SIMPLE = 0


class Pin:
    """Keeps the memory of a C-contiguous buffer where it is until `release`; read-only buffers are fine.

    ctypes' own from_buffer takes writable memory only, and would copy or refuse a read-only array.
    """

    def __init__(self, view: memoryview) -> None:
        self._buffer = _PyBuffer()
        _PYTHON.PyObject_GetBuffer(view, ctypes.addressof(self._buffer), _SIMPLE)
        self.address: int = self._buffer.buf or 0

    def release(self) -> None:
        """Lets go; `address` holds no longer."""
        _PYTHON.PyBuffer_Release(ctypes.addressof(self._buffer))
