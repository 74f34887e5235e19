"""The wheel builds offline, carries the library, and works where nothing else of the project is."""

import base64
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

from support import PYTHON, test_library

sys.path.insert(0, str(PYTHON / "build_backend"))
import wheel_backend  # noqa: E402

USE = """
import pathlib, tempfile, pomaidb
from pomaidb import _lookup
package = pathlib.Path(pomaidb.__file__).resolve().parent
assert _lookup.find_library() == package / "native" / _lookup.library_name(), _lookup.find_library()
with tempfile.TemporaryDirectory() as directory, pomaidb.open_db(directory, 2) as db:
    pomaidb.put_batch(db, [1], [[1, 0]])
    pomaidb.freeze(db)
    print(pomaidb.search_batch(db, [[1, 0]]))
"""


AARCH64 = PYTHON.parent / "engine" / "target" / "classes" / "linux-aarch64" / "libpomai_c.so"


class WheelTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def run_python(self, python, *arguments):
        """What the command prints; it fails the test if it fails. It sees neither this checkout nor a package index."""
        kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "POMAI_C_LIB")}
        environment = {**kept, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        done = subprocess.run(
            [str(python), *arguments], cwd=self.directory, env=environment, capture_output=True, text=True, timeout=300
        )
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        return done.stdout

    def test_the_wheel_holds_package_library_and_record(self):
        name = wheel_backend.build_wheel(str(self.directory))

        self.assertRegex(name, r"^pomaidb-0\.1\.0\.dev0-py3-none-\w+\.whl$")
        with zipfile.ZipFile(self.directory / name) as wheel:
            names = wheel.namelist()
            record = wheel.read("pomaidb-0.1.0.dev0.dist-info/RECORD").decode().splitlines()
            for line in record[:-1]:
                path, digest, size = line.rsplit(",", 2)
                content = wheel.read(path)
                expected = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
                self.assertEqual((f"sha256={expected}", str(len(content))), (digest, size), path)
        self.assertEqual(names, [line.rsplit(",", 2)[0] for line in record])
        sources = {f"pomaidb/{path.name}" for path in (PYTHON / "src" / "pomaidb").glob("*.py")}
        self.assertLessEqual(sources | {"pomaidb/py.typed"}, set(names))
        self.assertEqual(1, sum(path.startswith("pomaidb/native/libpomai_c.") for path in names))

    def test_the_same_inputs_give_the_same_wheel(self):
        for build in ("a", "b"):
            name = wheel_backend.build_wheel(str(self.directory / build))

        self.assertEqual((self.directory / "a" / name).read_bytes(), (self.directory / "b" / name).read_bytes())

    def test_the_platform_is_as_old_as_the_library_allows(self):
        library = self.directory / "libpomai_c.so"
        for symbols, tag in [
            (b"GLIBC_2.2.5\0GLIBC_2.14\0", "manylinux_2_17_"),
            (b"GLIBC_2.28\0", "manylinux_2_28_"),
            (b"GLIBC_2.17\0GLIBCXX_3.4.29\0GLIBCXX_3.4\0", "manylinux_2_34_"),
            (b"GLIBC_2.36\0GLIBCXX_3.4.21\0", "manylinux_2_36_"),
            (b"GLIBCXX_3.4.99\0", "linux_"),
        ]:
            library.write_bytes(symbols)
            self.assertEqual(f"{tag}x86_64", wheel_backend.platform_tag(library, "linux_x86_64"))

    @unittest.skipUnless(sys.platform == "linux", "manylinux is Linux's")
    def test_the_wheel_installs_on_systems_with_glibc_2_28(self):
        name = wheel_backend.build_wheel(str(self.directory))

        tag = re.search(r"-py3-none-manylinux_2_(\d+)_\w+\.whl$", name)
        self.assertIsNotNone(tag, name)
        self.assertLessEqual(int(tag.group(1)), 28)

    @unittest.skipUnless(AARCH64.is_file(), "the engine was not built for linux-aarch64")
    def test_a_wheel_for_another_platform(self):
        name = wheel_backend.build_wheel(str(self.directory), {"platform": "linux-aarch64"})

        self.assertRegex(name, r"-py3-none-manylinux_2_(1[7-9]|2[0-8])_aarch64\.whl$")
        with zipfile.ZipFile(self.directory / name) as wheel:
            library = wheel.read("pomaidb/native/libpomai_c.so")
        self.assertEqual((b"\x7fELF", 183), (library[:4], int.from_bytes(library[18:20], "little")))

    def test_a_platform_that_was_not_built_is_named(self):
        with self.assertRaisesRegex(FileNotFoundError, "there is no .*linux-s390x.*build the engine first"):
            wheel_backend.build_wheel(str(self.directory), {"platform": "linux-s390x"})

    def test_a_wheel_without_pip(self):
        printed = self.run_python(sys.executable, str(PYTHON / "build_backend" / "wheel_backend.py"), "out")

        wheel = self.directory / printed.strip()
        with zipfile.ZipFile(wheel) as content:
            content.extractall(self.directory / "site")
        use = f"import sys; sys.path.insert(0, {str(self.directory / 'site')!r})" + USE
        self.assertEqual("[([1], [1.0])]\n", self.run_python(sys.executable, "-c", use))

    @unittest.skipUnless(importlib.util.find_spec("pip"), "this Python has no pip")
    @unittest.skipUnless(importlib.util.find_spec("ensurepip"), "this Python cannot make a venv with pip")
    def test_pip_builds_it_and_a_fresh_venv_imports_it(self):
        build = ["-m", "pip", "wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", "out"]
        self.run_python(sys.executable, *build, str(PYTHON))
        [wheel] = (self.directory / "out").glob("*.whl")
        self.run_python(sys.executable, "-m", "venv", "venv")
        python = self.directory / "venv" / "bin" / "python"
        self.run_python(python, "-m", "pip", "install", "--no-index", str(wheel))

        self.assertEqual("[([1], [1.0])]\n", self.run_python(python, "-c", USE))
        self.assertIn("Name: pomaidb", self.run_python(python, "-m", "pip", "show", "pomaidb"))
        # A library that is named goes before the wheel's.
        named = f"import os; os.environ['POMAI_C_LIB'] = {str(test_library('gen_c'))!r}\n"
        show = "from pomaidb import _lookup, _library; print(_library.load(_lookup.find_library()).generation.name)"
        self.assertEqual("C\n", self.run_python(python, "-c", named + show))


class VersionTest(unittest.TestCase):
    def test_the_version_is_that_of_the_build(self):
        pom = (PYTHON / "pom.xml").read_text("utf-8")
        version = re.search(r"<version>(.*?)</version>", pom).group(1)

        self.assertEqual(version.replace("-SNAPSHOT", ".dev0"), wheel_backend.package_version())


if __name__ == "__main__":
    unittest.main()
