"""VGG, PyramidNet and ViT in PyTorch, by the names that Steppe's files have, and the reference values of GoldenModelsTest.

  models.py > ../resources/golden/more-models.json

Needs torch. Written after the papers and, for what these leave open, the authors' code: torchvision's vgg11_bn with one linear layer as its head,
dyhan0920/PyramidNet-PyTorch, timm's vision_transformer.
"""
import json, math, sys
import torch, torch.nn as nn, torch.nn.functional as F


class VGG(nn.Module):
    def __init__(self, counts=(1, 1, 2, 2, 2), width=64, channels=3, classes=10):
        super().__init__()
        layers, i = [], channels
        for s, n in enumerate(counts):
            o = width << min(s, 3)
            for _ in range(n):
                layers += [nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU()]
                i = o
            layers.append(nn.MaxPool2d(2, 2, ceil_mode=True))
        self.features, self.classifier = nn.Sequential(*layers), nn.Linear(i, classes)

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


class Pyramid(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(i), nn.Conv2d(i, o, 3, stride, 1, bias=False)
        self.bn2, self.conv2 = nn.BatchNorm2d(o), nn.Conv2d(o, o, 3, 1, 1, bias=False)
        self.bn3, self.stride, self.extra = nn.BatchNorm2d(o), stride, o - i

    def forward(self, x):
        y = self.bn3(self.conv2(F.relu(self.bn2(self.conv1(self.bn1(x))))))
        x = F.avg_pool2d(x, 2, 2, ceil_mode=True) if self.stride == 2 else x
        return y + F.pad(x, (0, 0, 0, 0, 0, self.extra))


class PyramidNet(nn.Module):
    def __init__(self, depth=110, alpha=270, channels=3, classes=10):
        super().__init__()
        n, i, width = (depth - 2) // 6, 16, 16.0
        self.conv1, self.bn1 = nn.Conv2d(channels, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        for s in range(3):
            stage = []
            for b in range(n):
                width += alpha / (3 * n)
                stage.append(Pyramid(i, round(width), 2 if s and not b else 1))
                i = round(width)
            self.add_module(f"layer{s + 1}", nn.Sequential(*stage))
        self.bn_final, self.fc = nn.BatchNorm2d(i), nn.Linear(i, classes)

    def forward(self, x):
        y = self.layer3(self.layer2(self.layer1(self.bn1(self.conv1(x)))))
        return self.fc(F.relu(self.bn_final(y)).mean((2, 3)))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.qkv, self.proj = heads, nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.qkv(x).chunk(3, -1))
        return self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))


class Mlp(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class Encoder(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.attn = nn.LayerNorm(width, 1e-6), Attention(width, heads)
        self.norm2, self.mlp = nn.LayerNorm(width, 1e-6), Mlp(width)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Patches(nn.Module):
    def __init__(self, channels, width, patch):
        super().__init__()
        self.proj = nn.Conv2d(channels, width, patch, patch)


class ViT(nn.Module):
    """Mean over the tokens, or with token=True a class token; images smaller than size use the upper left part of the positions."""

    def __init__(self, width=192, depth=12, heads=3, patch=4, size=32, token=False, channels=3, classes=10):
        super().__init__()
        self.token, self.grid = token, size // patch
        if token:
            self.cls_token = nn.Parameter(torch.randn(1, 1, width) * 1e-6)
        self.pos_embed = nn.Parameter(torch.randn(1, token + self.grid**2, width) * .02)
        self.patch_embed = Patches(channels, width, patch)
        self.blocks = nn.Sequential(*(Encoder(width, heads) for _ in range(depth)))
        self.norm, self.head = nn.LayerNorm(width, 1e-6), nn.Linear(width, classes)

    def forward(self, x):
        y = self.patch_embed.proj(x)
        table = self.pos_embed[:, self.token:].unflatten(1, (self.grid, self.grid))[:, :y.shape[2], :y.shape[3]].flatten(1, 2)
        y = y.flatten(2).transpose(1, 2) + table
        if self.token:
            y = torch.cat([(self.cls_token + self.pos_embed[:, :1]).expand(len(y), -1, -1), y], 1)
        y = self.norm(self.blocks(y))
        return self.head(y[:, 0] if self.token else y.mean(1))


# Name: model, side of the images, a; no input of a ReLU is so close to 0 that F32 might take it for negative where F64 does not.
TINY = {
    "vgg11-bn": (lambda: VGG(width=4), 20, .41),
    "pyramidnet8-7": (lambda: PyramidNet(8, 7), 14, .41),
    "vit-mean": (lambda: ViT(16, 2, 2, 4, 16), 12, .41),
    "vit-token": (lambda: ViT(16, 2, 4, 4, 12, token=True), 12, .41),
}
WHOLE = {
    "vgg11-bn": VGG, "vgg13-bn": lambda: VGG((2, 2, 2, 2, 2)), "vgg16-bn": lambda: VGG((2, 2, 3, 3, 3)), "vgg19-bn": lambda: VGG((2, 2, 4, 4, 4)),
    "pyramidnet110-48": lambda: PyramidNet(alpha=48), "pyramidnet110-84": lambda: PyramidNet(alpha=84), "pyramidnet110-270": PyramidNet,
    "vit128-6": lambda: ViT(128, 6, 2), "vit192-12": ViT, "vit384-12": lambda: ViT(384, 12, 6),
    "vit192-12-imagenet": lambda: ViT(patch=16, size=224),
}
TEXT = """float64, made by src/test/python/models.py. Weights, images, labels and loss are those of models.json, with the numbers of each case; 'first' are
the first 4 flat entries of a gradient, 'last' is the last one; a gradient that is 0 but for rounding (a bias before a normalisation, the bias of the keys of
an attention) has norm 0 and nothing else. 'parameters' counts those of whole models for 3 channels and 10 classes."""


def number(k):
    k &= 0xffffffff
    k = (k ^ k >> 16) * 0x7feb352d & 0xffffffff
    k = (k ^ k >> 15) * 0x846ca68b & 0xffffffff
    return k ^ k >> 16


def fill(model, a):
    for t, (name, p) in enumerate(model.named_parameters()):
        if p.dim() > 1:
            scale = math.sqrt(24 / (p.numel() / p.shape[0]))
            values = [(number(i + 1000003 * (t + math.floor(1000 * a))) / 2**32 - .5) * scale for i in range(p.numel())]
        elif name.endswith(".weight"):
            values = [1 + .1 * math.sin(a * i + t) for i in range(p.numel())]
        else:
            values = [.1 * math.cos(a * i + t) for i in range(p.numel())]
        p.data = torch.tensor(values).reshape(p.shape)


def images(n, side):
    return torch.tensor([[[[math.sin(.7 * i + 1.3 * c + .11 * h * (c + 1) + .05 * w * (i + 2)) for w in range(side)] for h in range(side)]
                          for c in range(3)] for i in range(n)])


def case(create, side, a, n=4, smoothing=.1):
    torch.manual_seed(0)
    model, x = create(), images(n, side)
    fill(model, a)
    closest, relu = [], F.relu
    F.relu = lambda y, inplace=False: (closest.append(y.abs().min().item()), relu(y))[1]
    model.train()
    logits = model(x)
    F.relu = relu
    loss = F.cross_entropy(logits, torch.tensor([(3 * i + 1) % 10 for i in range(n)]), label_smoothing=smoothing)
    loss.backward()
    total = math.sqrt(sum(p.grad.square().sum().item() for p in model.parameters()))
    gradients = {}
    for name, p in model.named_parameters():
        norm, flat = p.grad.norm().item(), p.grad.flatten().tolist()
        entry = dict(shape=list(p.shape), norm=0.0)
        if norm > 1e-12 * total:
            entry.update(norm=norm, first=flat[:4], last=flat[-1])
        gradients[name] = entry
    running = {k: v[:3].tolist() for k, v in model.state_dict().items() if k.endswith(("running_mean", "running_var"))}
    model.eval()
    with torch.no_grad():
        after = model(x)
    print(f"closest to the corner of a ReLU: {min(closest, default=1):.1e}, gradient {total:.3f}", file=sys.stderr)
    return dict(a=a, batch=n, size=side, labelSmoothing=smoothing, trainLogits=logits.tolist(), loss=loss.item(), gradients=gradients,
                runningAfterOneForward=running, evalLogitsAfter=after.tolist())


if __name__ == "__main__":
    from crosscheck import WideResNet
    TINY["wrn10-1"] = (lambda: WideResNet(10, 1), 12, .47)
    WHOLE["wrn28-10"] = lambda: WideResNet(28, 10)
    counts = {name: sum(p.numel() for p in create().parameters()) for name, create in WHOLE.items()}
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    cases = {name: case(create, side, a) for name, (create, side, a) in TINY.items()}
    print("{" + ",\n".join(f'"{k}": {json.dumps(v)}' for k, v in dict(text=TEXT.replace("\n", " "), torch=torch.__version__, parameters=counts).items())
          + ',\n"cases": {\n' + ",\n".join(f'"{k}": {json.dumps(v)}' for k, v in cases.items()) + "\n}\n}")
