package dev.steppe.kernels;

/**
 * A filter packed for {@link ConvMicro}: for each phase, {@code [panel of output channels][chunk of input channels][run][channel][tap of the run][width]}. A
 * run is one tap or a triple of taps. Output channels that are missing in the last panel are zeros.
 */
final class ConvPanels {
    private final ConvView view;
    private final int[] start;

    ConvPanels(ConvView view) {
        this.view = view;
        this.start = new int[view.phases().size() + 1];
        for (int p = 0; p < view.phases().size(); p++) {
            start[p + 1] = view.floats(start[p] + (long) panels(p) * panel(p));
        }
    }

    /** Floats of all of it. */
    int size() {
        return start[start.length - 1];
    }

    /** Panels of a phase. */
    int panels(int phase) {
        return Math.ceilDiv(view.out(), width(phase));
    }

    private int width(int phase) {
        return view.phases().get(phase).strip().width;
    }

    /** Floats of one panel. */
    private int panel(int phase) {
        return view.floats((long) view.phases().get(phase).taps().size() * view.in() * width(phase));
    }

    /** Where a chunk of a panel begins. */
    int offset(int phase, int panel, int chunk) {
        return start[phase] + panel * panel(phase) + chunk * ConvStage.CHUNK * view.phases().get(phase).taps().size() * width(phase);
    }

    /** Packs all panels of the group whose first input and output channel lies at {@code fo}. */
    void pack(Workers workers, float[] filter, int fo, float[] to, int offset) {
        for (int p = 0; p < view.phases().size(); p++) {
            int phase = p;
            workers.ranges(panels(p), Tiles.rows(panel(p)), (from, end) -> {
                for (int panel = from; panel < end; panel++) {
                    pack(phase, panel, filter, fo, to, offset);
                }
            });
        }
    }

    private void pack(int phase, int panel, float[] filter, int fo, float[] to, int offset) {
        ConvView.Phase p = view.phases().get(phase);
        int width = width(phase);
        int first = panel * width;
        int valid = Math.min(width, view.out() - first);
        int run = p.strip().taps;
        for (int chunk = 0; chunk * ConvStage.CHUNK < view.in(); chunk++) {
            int channels = Math.min(ConvStage.CHUNK, view.in() - chunk * ConvStage.CHUNK);
            int at = offset + offset(phase, panel, chunk);
            for (int t = 0; t < p.taps().size(); t++) {
                int from = fo + p.taps().get(t).index() * view.filterTap() + chunk * ConvStage.CHUNK * view.filterIn()
                        + first * view.filterOut();
                int dest = at + (t / run * channels * run + t % run) * width;
                if (view.filterOut() == 1) {
                    copyRows(filter, from, view.filterIn(), channels, valid, width, to, dest, run * width);
                } else {
                    copyColumns(filter, from, view.filterOut(), channels, valid, width, to, dest, run * width);
                }
            }
        }
    }

    /** The output channels of one input channel lie next to each other. */
    private static void copyRows(float[] filter, int from, int step, int channels, int valid, int width, float[] to, int dest, int toStep) {
        for (int c = 0; c < channels; c++) {
            for (int o = 0; o < width; o++) {
                to[dest + c * toStep + o] = o < valid ? filter[from + c * step + o] : 0;
            }
        }
    }

    /** The input channels of one output channel lie next to each other. */
    private static void copyColumns(float[] filter, int from, int step, int channels, int valid, int width, float[] to, int dest,
            int toStep) {
        for (int o = 0; o < width; o++) {
            for (int c = 0; c < channels; c++) {
                to[dest + c * toStep + o] = o < valid ? filter[from + o * step + c] : 0;
            }
        }
    }
}
