package dev.steppe.kernels;

/**
 * What is the same for all numbers of a column in {@link NormKernel#batchNormDoubleBackward}, with {@code d = x - mean}:
 * {@code gx = xG g + xA a + xD d + x1}, {@code gdy = yA a + yD d + y1} where dy counts, and gscale.
 *
 * @param gscale gradient in the scale
 */
record NormCurvature(double xG, double xA, double xD, double x1, double yA, double yD, double y1, double gscale) {
    /**
     * @param count of the rows that the statistics are of; infinite where they are given
     * @param istd inverse deviation of the column
     * @param a sum of a
     * @param ad sum of a d
     * @param ag sum of a g
     */
    static NormCurvature of(double count, double istd, double scale, double dscale, double dshift, double p, double q, double a, double ad,
            double ag) {
        // not even NaN has a part in what is divided by infinity
        if (Double.isInfinite(count)) { return new NormCurvature(istd * p, 0, 0, 0, scale * istd, istd * p, q, istd * ag); }
        double b = istd * ad / count;
        double t = ag - dshift * a / count - dscale * b;
        double hg = p - scale * istd * b;
        double ha = -scale * istd * dscale / count;
        double sum = (hg * dshift + ha * a) / count;
        double moment = (hg * dscale + ha * istd * ad) / count;
        return new NormCurvature(istd * hg, istd * ha, -istd * istd * (moment + scale * istd * t / count), -istd * sum, scale * istd,
                istd * hg, q - scale * istd * a / count, istd * t);
    }
}
