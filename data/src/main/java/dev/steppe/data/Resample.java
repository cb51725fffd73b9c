package dev.steppe.data;

/**
 * Scales an image until it covers a size, and cuts it to that at the centre. Each axis is filtered by a triangle as wide as one pixel of the coarser
 * grid (bilinear when an image grows, an area-like average when it shrinks), with the arithmetic of plain Java, so that every platform gets the same bytes.
 */
final class Resample {
    private Resample() {
    }

    /** @param pixels {@code [from.height, from.width, channels]} */
    static byte[] cover(byte[] pixels, ImageSize from, ImageSize to, int channels) {
        if (from.equals(to)) {
            return pixels;
        }
        double step = Math.min((double) from.height() / to.height(), (double) from.width() / to.width());
        Axis rows = new Axis(from.height(), to.height(), step);
        Axis columns = new Axis(from.width(), to.width(), step);
        float[] band = new float[to.height() * from.width() * channels];
        int stride = from.width() * channels;
        for (int y = 0; y < to.height(); y++) {
            for (int k = 0; k < rows.weights[y].length; k++) {
                float weight = rows.weights[y][k];
                int source = (rows.first[y] + k) * stride;
                for (int j = 0; j < stride; j++) {
                    band[y * stride + j] += weight * (pixels[source + j] & 0xff);
                }
            }
        }
        byte[] out = new byte[to.height() * to.width() * channels];
        int at = 0;
        for (int y = 0; y < to.height(); y++) {
            for (int x = 0; x < to.width(); x++) {
                for (int c = 0; c < channels; c++) {
                    float sum = 0.5f;
                    for (int k = 0; k < columns.weights[x].length; k++) {
                        sum += columns.weights[x][k] * band[y * stride + (columns.first[x] + k) * channels + c];
                    }
                    out[at++] = (byte) Math.clamp((int) sum, 0, 255);
                }
            }
        }
        return out;
    }

    /** For each target pixel of an axis: the first source pixel it sees, and the weights of that and the next ones, which sum to 1. */
    private static final class Axis {
        private final int[] first;
        private final float[][] weights;

        /** @param step source pixels per target pixel */
        Axis(int from, int to, double step) {
            first = new int[to];
            weights = new float[to][];
            double margin = (from - step * to) / 2;
            double reach = Math.max(step, 1);
            for (int i = 0; i < to; i++) {
                double centre = margin + (i + 0.5) * step;
                int low = Math.max(0, (int) Math.ceil(centre - reach - 0.5));
                int high = Math.min(from - 1, (int) Math.floor(centre + reach - 0.5));
                double[] w = new double[high - low + 1];
                double sum = 0;
                for (int k = 0; k < w.length; k++) {
                    w[k] = Math.max(0, 1 - Math.abs(low + k + 0.5 - centre) / reach);
                    sum += w[k];
                }
                first[i] = low;
                weights[i] = new float[w.length];
                for (int k = 0; k < w.length; k++) {
                    weights[i][k] = (float) (w[k] / sum);
                }
            }
        }
    }
}
