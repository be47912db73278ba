"""Bring ONNX Runtime Web, which pages of exported models carry, into the package.

python -m tools.web_runtime

From the npm package `onnxruntime-web` come the build for WebAssembly alone (without WebGPU, whose
file is twice as large) and its script; from the Python package `onnxruntime` of the same version,
which is built from the same sources, the texts of the licences, which the npm package lacks. Needs
`npm`, `pip` and their package indexes. What comes is compared with the sums below.
"""

from __future__ import annotations

import gzip
import hashlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

VERSION = "1.30.0"
PACKAGE = "d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71"
SUMS = {
    "ort.wasm.bundle.min.mjs": "11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90",
    "ort-wasm-simd-threaded.wasm": (
        "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2"
    ),
    "LICENSE": "2f07c72751aed99790b8a4869cf2311df85a860b22ded05fa22803587a48922c",
    "ThirdPartyNotices.txt": "143764b952fdb1a7c69ce653bfba74a7744d6a8a573bfb73e235fba356c83de3",
}
"""SHA-256 of what is kept, before it is compressed."""
KEPT = Path(__file__).resolve().parents[1] / "src" / "alih" / "reports" / "web" / "runtime"


def script(work: Path) -> dict[str, bytes]:
    """The files of the npm package."""
    subprocess.run(["npm", "pack", "--silent", f"onnxruntime-web@{VERSION}"], cwd=work, check=True)
    archive = work / f"onnxruntime-web-{VERSION}.tgz"
    _compare(archive.name, archive.read_bytes(), PACKAGE)
    with tarfile.open(archive) as opened:
        members = {name: opened.extractfile(f"package/dist/{name}") for name in list(SUMS)[:2]}
        return {name: member.read() for name, member in members.items() if member}


def licences(work: Path) -> dict[str, bytes]:
    """The texts of the Python package."""
    wanted = ["--no-deps", "--only-binary=:all:", f"onnxruntime=={VERSION}", "-d", str(work)]
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", *wanted], check=True)
    with zipfile.ZipFile(next(work.glob("onnxruntime-*.whl"))) as opened:
        return {name: opened.read(f"onnxruntime/{name}") for name in list(SUMS)[2:]}


def _compare(name: str, content: bytes, expected: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise SystemExit(f"{name} has the SHA-256 {found}, expected {expected}")


def main() -> None:
    """Write the compressed files, the same bytes each time."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        for file, content in (script(Path(name)) | licences(Path(name))).items():
            _compare(file, content, SUMS[file])
            (KEPT / f"{file}.gz").write_bytes(gzip.compress(content, 9, mtime=0))


if __name__ == "__main__":
    main()
