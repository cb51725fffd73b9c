package dev.steppe.kernels;

/**
 * What is the same for all numbers of a column in {@link NormKernel#batchNormDoubleBackward}, with {@code d = x - mean}:
 * {@code gx = xG g + xA a + xD d + x1}, {@code gdy = yA a + yD d + y1} where dy counts, and gscale.
 *
 * @param gscale gradient in the scale
 */
record NormCurvature(double xG, double xA, double xD, double x1, double yA, double yD, double y1, double gscale) {
    /**
     * @param istd inverse deviation of the column
     * @param a sum of a
     * @param ad sum of a d
     * @param ag sum of a g
     */
    static NormCurvature of(int rows, double istd, double scale, double dscale, double dshift, double p, double q, double a, double ad,
            double ag) {
        double b = istd * ad / rows;
        double t = ag - dshift * a / rows - dscale * b;
        double hg = p - scale * istd * b;
        double ha = -scale * istd * dscale / rows;
        double sum = (hg * dshift + ha * a) / rows;
        double moment = (hg * dscale + ha * istd * ad) / rows;
        return new NormCurvature(istd * hg, istd * ha, -istd * istd * (moment + scale * istd * t / rows), -istd * sum, scale * istd,
                istd * hg, q - scale * istd * a / rows, istd * t);
    }
}
