"""Times training steps of Steppe and of PyTorch in turn, and prints a table: the only fair way on a machine whose speed changes by the minute.

  PIP_RETRIES=0 pip install 'torch==2.13.0+cpu' numpy                     # in a virtual environment outside the repository
  python benchmarks/src/peers/python/in_turn.py --model resnet20                  # 5 pairs, 2 threads, SGD: medians and the median of the ratios
  python benchmarks/src/peers/python/in_turn.py --model resnet20 --mode predict --threads 1 --tuned
  python benchmarks/src/peers/python/in_turn.py --model resnet18 --techniques     # Steppe alone: each technique turned off, in turn with all of them
  python benchmarks/src/peers/python/in_turn.py --model resnet18 --kernels conv   # each pass of each convolution of the model, beside oneDNN
  python benchmarks/src/peers/python/in_turn.py --kernels gemm --threads 1        # products of square matrices, beside MKL
  python benchmarks/src/peers/python/in_turn.py --kernels hvp --pairs 3           # gradient and Hessian-vector product, beside double backward

A ratio above 1 means that Steppe does more images a second. --tuned and --bf16 are PyTorch's: its best malloc settings, and autocast.
"""
import argparse, json, os, pathlib, statistics, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parents[4]
SIZES = [768, 2304]
TECHNIQUES = {  # name: options of the command, options of Java
    "exact plans: no Winograd": (["--plans", "exact"], ""),
    "normalisation, shortcut and ReLU apart": (["--unfused"], ""),
    "no huge pages": ([], "-XX:-UseTransparentHugePages"),
    "arrays on 8 bytes, not on cache lines": ([], "-XX:ObjectAlignmentInBytes=8"),
    "G1 as it is": ([], "-XX:-UseParallelGC -XX:+UseG1GC"),
    "any option of Java but the module, as an embedding program has it": ([], "-XX:-UseParallelGC -XX:+UseG1GC -XX:-UseTransparentHugePages "
        "-XX:ObjectAlignmentInBytes=8 -XX:NewSize=1363144 -XX:MaxNewSize=17592186040320 -XX:MaxRAMPercentage=25"),
    "scalar kernels": ([], "-Dsteppe.kernels=scalar"),
}


def steppe(a, options=(), java=""):
    command = [str(ROOT / "steppe"), "bench", "step", "--json", "--model", a.model, "--batch", str(a.batch), "--threads", str(a.threads),
               "--optimizer", a.optimizer, "--mode", a.mode, "--steps", str(a.steps), *options]
    out = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "STEPPE_OPTS": java})
    if out.returncode:
        sys.exit(out.stderr)
    return json.loads(out.stdout.splitlines()[-1])


def pytorch(a):
    command = [sys.executable, str(pathlib.Path(__file__).with_name("pytorch_step.py")), "--model", a.model, "--batch", str(a.batch),
               "--threads", str(a.threads), "--optimizer", a.optimizer, "--mode", a.mode, "--steps", str(a.steps), "--layout", "best"]
    command += ["--tuned"] * a.tuned + ["--bf16"] * a.bf16
    out = subprocess.run(command, capture_output=True, text=True)
    if out.returncode:
        sys.exit(out.stderr)
    return json.loads(out.stdout.splitlines()[-1])


def json_lines(command):
    out = subprocess.run(command, capture_output=True, text=True)
    if out.returncode:
        sys.exit(out.stderr)
    return [json.loads(line) for line in out.stdout.splitlines() if line.startswith("{")]


def steppe_kernels(a):
    """Milliseconds by name of the kernel."""
    which = ["--size", ",".join(map(str, SIZES))] if a.kernels == "gemm" else ["--model", a.model]
    rows = json_lines([str(ROOT / "steppe"), "bench", a.kernels, "--json", "--threads", str(a.threads), *which])
    return by_name(a, rows, lambda r: {r["pass"]: r["fastMs"]})


def pytorch_kernels(a):
    which = map(str, SIZES) if a.kernels == "gemm" else [a.model]
    rows = json_lines([sys.executable, str(pathlib.Path(__file__).with_name("pytorch_kernels.py")), "--threads", str(a.threads), a.kernels, *which])
    return by_name(a, rows, lambda r: {p: r[p + "Ms"] for p in ("forward", "backwardInput", "backwardFilter")})


def by_name(a, rows, passes):
    """passes: the milliseconds of the passes of a convolution, by pass."""
    if a.kernels == "gemm":
        return {f"sgemm, n = {r['n']}": r["ms"] for r in rows}
    if a.kernels == "hvp":
        names = {"gradient": "gradientMs", "Hessian-vector product": "hvpMs"}
        return {f"{r['model']}, batch {r['batch']}, {name}": r[key] for r in rows for name, key in names.items()}
    return {f"{layer(r)}, {p}": ms for r in rows for p, ms in passes(r).items()}


def layer(r):
    return f"{r['filter']}x{r['filter']}, stride {r['stride']}, {r['inChannels']} to {r['outChannels']}, {r['size']}x{r['size']}"


def compare_kernels(a):
    print(f"| {a.threads} threads | Steppe, ms | PyTorch, ms | speed, Steppe by PyTorch | range |\n|---|---|---|---|---|")
    pairs = [(steppe_kernels(a), pytorch_kernels(a)) for _ in range(a.pairs)]
    for name in pairs[0][0]:
        ours, theirs = [p[0][name] for p in pairs], [p[1][name] for p in pairs]
        ratios = [t / o for o, t in zip(ours, theirs)]
        print(f"| {name} | {statistics.median(ours):.2f} | {statistics.median(theirs):.2f} | {statistics.median(ratios):.2f} | {min(ratios):.2f} to {max(ratios):.2f} |")


def row(name, first, second):
    ratios = [s["ms"] / f["ms"] for f, s in zip(first, second)]
    median = lambda rows, key: statistics.median(r[key] for r in rows)
    print(f"| {name} | {median(first, 'ms'):.1f} | {median(second, 'ms'):.1f} | {statistics.median(ratios):.2f} | {min(ratios):.2f} to {max(ratios):.2f} "
          f"| {median(first, 'peakRssMiB'):.0f} | {median(second, 'peakRssMiB'):.0f} |", flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", default="resnet20")
    p.add_argument("--batch", type=int, default=128)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--optimizer", default="sgd", choices=["sgd", "sam"])
    p.add_argument("--mode", default="train", choices=["train", "predict"])
    p.add_argument("--steps", type=int, default=10)
    p.add_argument("--pairs", type=int, default=5)
    p.add_argument("--tuned", action="store_true")
    p.add_argument("--bf16", action="store_true")
    p.add_argument("--techniques", nargs="?", const="", metavar="WORDS", help="Steppe against itself; those whose names contain the words, or all")
    p.add_argument("--kernels", choices=["conv", "gemm", "hvp"], help="single kernels instead of steps")
    a = p.parse_args()
    if a.kernels:
        compare_kernels(a)
        return
    if a.techniques is not None:
        print("| without | with all, ms | without, ms | with all by without | range | RSS with all, MiB | RSS without, MiB |\n|---|---|---|---|---|---|---|")
        for name, (options, java) in TECHNIQUES.items():
            if a.techniques not in name:
                continue
            pairs = [(steppe(a), steppe(a, options, java)) for _ in range(a.pairs)]
            row(name, *zip(*pairs))
        return
    print("| | Steppe, ms | PyTorch, ms | images/s, Steppe by PyTorch | range | RSS Steppe, MiB | RSS PyTorch, MiB |\n|---|---|---|---|---|---|---|")
    pairs = [(steppe(a), pytorch(a)) for _ in range(a.pairs)]
    what = f"{a.model}, {a.mode}" + (f", {a.optimizer}" if a.mode == "train" else "") + f", {a.threads} threads" + ", tuned" * a.tuned + ", bf16" * a.bf16
    row(what, *zip(*pairs))


if __name__ == "__main__":
    main()
