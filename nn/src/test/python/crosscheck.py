"""Cross-check of Steppe's safetensors files against PyTorch and the safetensors package; CrossCheckTest runs it.

  crosscheck.py make DIR FILES MODEL..              writes files of random tensors, and models with statistics, inputs and logits
  crosscheck.py check DIR FILES MODEL.. [--peer F]  compares what Steppe read and wrote again, and loads the models that Steppe wrote

Needs torch, numpy and safetensors. The models here have the names that Steppe's files have, so nothing is renamed. --peer names a file with the classes ResNet
and WideResNet that keep all blocks in one nn.Sequential named 'layers'; its names are mapped: layers.K is block B of stage S, layerS.B, counted in order.
"""
import json, pathlib, sys
import numpy as np, torch, torch.nn as nn, torch.nn.functional as F
from safetensors import safe_open
from safetensors.numpy import load_file as load_arrays, save_file as save_arrays
from safetensors.torch import load_file, save_file
from models import VGG, PyramidNet, ViT

TOLERANCE = 1e-4


def conv(i, o, kernel, stride=1):
    return nn.Conv2d(i, o, kernel, stride, kernel // 2, bias=False)


class Block(nn.Module):
    """Basic (two 3x3) or bottleneck (1x1, 3x3, 1x1) block."""

    def __init__(self, i, width, stride, bottleneck, projection):
        super().__init__()
        o = 4 * width if bottleneck else width
        kernels = [(1, 1), (3, stride), (1, 1)] if bottleneck else [(3, stride), (3, 1)]
        channels = [i, width, width, o] if bottleneck else [i, width, o]
        self.depth, self.stride, self.extra = len(kernels), stride, o - i
        for n, (kernel, s) in enumerate(kernels, 1):
            self.add_module(f"conv{n}", conv(channels[n - 1], channels[n], kernel, s))
            self.add_module(f"bn{n}", nn.BatchNorm2d(channels[n]))
        self.shortcut = None
        if projection and (stride != 1 or i != o):
            self.shortcut = nn.Sequential(conv(i, o, 1, stride), nn.BatchNorm2d(o))

    def forward(self, x):
        y = x
        for n in range(1, self.depth + 1):
            y = getattr(self, f"bn{n}")(getattr(self, f"conv{n}")(y))
            y = F.relu(y) if n < self.depth else y
        if self.shortcut is not None:
            return F.relu(y + self.shortcut(x))
        front = self.extra // 2
        return F.relu(y + F.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, front, self.extra - front)))


class ResNet(nn.Module):
    def __init__(self, blocks, width, bottleneck=False, projection=True, large=False, classes=10):
        super().__init__()
        self.large, self.stages, i = large, len(blocks), width
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False) if large else conv(3, width, 3)
        self.bn1 = nn.BatchNorm2d(width)
        for s, n in enumerate(blocks):
            stage = []
            for b in range(n):
                stage.append(Block(i, width << s, 2 if s and not b else 1, bottleneck, projection))
                i = (4 if bottleneck else 1) * (width << s)
            self.add_module(f"layer{s + 1}", nn.Sequential(*stage))
        self.fc = nn.Linear(i, classes)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.max_pool2d(y, 3, 2, 1) if self.large else y
        for s in range(self.stages):
            y = getattr(self, f"layer{s + 1}")(y)
        return self.fc(y.mean((2, 3)))


class Wide(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(i), conv(i, o, 3, stride)
        self.bn2, self.conv2 = nn.BatchNorm2d(o), conv(o, o, 3)
        self.shortcut = None if i == o and stride == 1 else conv(i, o, 1, stride)

    def forward(self, x):
        a = F.relu(self.bn1(x))
        y = self.conv2(F.relu(self.bn2(self.conv1(a))))
        return y + (x if self.shortcut is None else self.shortcut(a))


class WideResNet(nn.Module):
    def __init__(self, depth, k, classes=10):
        super().__init__()
        self.conv1, i = conv(3, 16, 3), 16
        for s in range(3):
            stage = []
            for b in range((depth - 4) // 6):
                stage.append(Wide(i, (16 << s) * k, 2 if s and not b else 1))
                i = (16 << s) * k
            self.add_module(f"layer{s + 1}", nn.Sequential(*stage))
        self.bn, self.fc = nn.BatchNorm2d(i), nn.Linear(i, classes)

    def forward(self, x):
        y = self.layer3(self.layer2(self.layer1(self.conv1(x))))
        return self.fc(F.relu(self.bn(y)).mean((2, 3)))


# Name: model, side of the images, and where the peer has it: class, arguments, blocks per stage.
MODELS = {
    "resnet8": (lambda: ResNet([1, 1, 1], 16, projection=False), 32, ("ResNet", ([16, 32, 64], [1, 1, 1], False), 1)),
    "resnet20": (lambda: ResNet([3, 3, 3], 16, projection=False), 32, ("ResNet", ([16, 32, 64], [3, 3, 3], False), 3)),
    "resnet18": (lambda: ResNet([2, 2, 2, 2], 64), 32, ("ResNet", ([64, 128, 256, 512], [2, 2, 2, 2], True), 2)),
    "resnet50-imagenet": (lambda: ResNet([3, 4, 6, 3], 64, bottleneck=True, large=True), 64, None),
    "wrn16-4": (lambda: WideResNet(16, 4), 32, ("WideResNet", (16, 4), 2)),
    "vgg11-bn": (VGG, 32, None),
    "pyramidnet20-48": (lambda: PyramidNet(20, 48), 32, None),
    "vit128-6": (lambda: ViT(128, 6, 2), 28, None),
}


def to_peer(name, blocks):
    """layerS.B.rest -> layers.K.rest"""
    part = name.split(".")
    if part[0].startswith("layer") and part[0][5:].isdigit():
        part[:2] = ["layers", str((int(part[0][5:]) - 1) * blocks + int(part[1]))]
    return ".".join(part)


def images(generator, side):
    return torch.randn(4, 3, side, side, generator=generator)


def make(folder, files, models):
    random, generator = np.random.default_rng(1), torch.Generator().manual_seed(1)
    torch.manual_seed(1)
    for n in range(files):
        arrays = {}
        for t in range(random.integers(0, 12)):
            kind = random.choice(["float32", "float64", "int32", "int64"])
            shape = () if kind == "int64" else tuple(random.integers(0, 6, random.integers(0, 5)))
            name = f"t{t}." + "".join(random.choice(list("aZ_0. é\"\\😀"), 3))
            arrays[name] = np.asarray(random.integers(-2**31, 2**31, shape) if kind.startswith("int") else random.standard_normal(shape), kind)
        save_arrays(arrays, folder / f"random{n}.safetensors", metadata={"n": str(n), "text": "ü\"\\\n"} if n % 2 else None)
    for name in models:
        create, side, _ = MODELS[name]
        model = create()
        model.train()
        for _ in range(2):
            model(images(generator, side) + 0.5)
        model.eval()
        x = images(generator, side)
        with torch.no_grad():
            logits = model(x)
        save_file(model.state_dict(), folder / f"{name}.safetensors", metadata={"format": "pt"})
        save_file({"images": x.permute(0, 2, 3, 1).contiguous(), "logits": logits}, folder / f"{name}.io.safetensors")


def compare(model, state, io):
    model.load_state_dict(state, strict=True)
    model.eval()
    with torch.no_grad():
        logits = model(io["images"].permute(0, 3, 1, 2))
    return ((logits - io["logits"]).norm() / io["logits"].norm()).item()


def check(folder, files, models, peer):
    for n in range(files):
        ours, theirs = folder / f"random{n}.steppe.safetensors", folder / f"random{n}.safetensors"
        a, b = load_arrays(ours), load_arrays(theirs)
        assert a.keys() == b.keys(), (n, a.keys(), b.keys())
        for k in a:
            assert a[k].dtype == b[k].dtype and a[k].shape == b[k].shape and a[k].tobytes() == b[k].tobytes(), (n, k)
        with safe_open(ours, "np") as f, safe_open(theirs, "np") as g:
            assert (f.metadata() or {}) == (g.metadata() or {}), (n, f.metadata(), g.metadata())
    for name in models:
        create, _, other = MODELS[name]
        state, io = load_file(folder / f"{name}.steppe.safetensors"), load_file(folder / f"{name}.steppe.io.safetensors")
        with safe_open(folder / f"{name}.steppe.safetensors", "pt") as f:
            metadata = f.metadata()
        assert metadata["format"] == "pt" and metadata["steppe.model"] == name and json.loads(metadata["steppe.classes"])[1] == "class 1", metadata
        result = dict(model=name, tensors=len(state), relative=compare(create(), state, io))
        if peer and other:
            kind, arguments, blocks = other
            result["peer"] = compare(getattr(peer, kind)(*arguments), {to_peer(k, blocks): v for k, v in state.items()}, io)
        print(json.dumps(result))
        assert max(result["relative"], result.get("peer", 0)) <= TOLERANCE, result


if __name__ == "__main__":
    arguments, peer = sys.argv[1:], None
    if "--peer" in arguments:
        path = pathlib.Path(arguments.pop())
        arguments.pop()
        sys.path.insert(0, str(path.parent))
        peer = __import__(path.stem)
    command, folder, files, *models = arguments
    torch.set_num_threads(1)
    if command == "make":
        make(pathlib.Path(folder), int(files), models)
    else:
        check(pathlib.Path(folder), int(files), models, peer)
