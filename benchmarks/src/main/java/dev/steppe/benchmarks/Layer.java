package dev.steppe.benchmarks;

import dev.steppe.kernels.ConvShape;

/** The distinct convolutions of ResNet-18 on images of 32 x 32 (He et al., "Deep residual learning", 2015, table 1, with the stem for small images). */
public enum Layer {
    // @formatter:off
    STEM_3_64(3, 64, 32, 3, 1),
    STAGE1_64_64(64, 64, 32, 3, 1),
    STAGE2_64_128_STRIDE2(64, 128, 32, 3, 2),
    STAGE2_SHORTCUT(64, 128, 32, 1, 2),
    STAGE2_128_128(128, 128, 16, 3, 1),
    STAGE3_128_256_STRIDE2(128, 256, 16, 3, 2),
    STAGE3_SHORTCUT(128, 256, 16, 1, 2),
    STAGE3_256_256(256, 256, 8, 3, 1),
    STAGE4_256_512_STRIDE2(256, 512, 8, 3, 2),
    STAGE4_SHORTCUT(256, 512, 8, 1, 2),
    STAGE4_512_512(512, 512, 4, 3, 1);
    // @formatter:on

    private final int in;
    private final int out;
    private final int size;
    private final int filter;
    private final int stride;

    Layer(int in, int out, int size, int filter, int stride) {
        this.in = in;
        this.out = out;
        this.size = size;
        this.filter = filter;
        this.stride = stride;
    }

    ConvShape shape(int batch) {
        return new ConvShape(batch, size, size, in, out, filter, filter, stride, filter / 2, 1, 1);
    }
}
