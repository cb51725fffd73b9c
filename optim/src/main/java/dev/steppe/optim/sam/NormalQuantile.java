package dev.steppe.optim.sam;

/**
 * The inverse of the normal distribution function, to about 16 digits: Wichura, Algorithm AS 241, Applied Statistics 37 (3), 1988, its three rational
 * approximations. Sums, products, one root and, in the tails, one logarithm: several times as fast as Box and Muller's sine and cosine in StrictMath, and the same
 * bits everywhere.
 */
final class NormalQuantile {
    private static final double[] MIDDLE = {2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
        13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.3871328727963666080};
    private static final double[] UNDER_MIDDLE = {5226.4952788528545610, 28729.085735721942674, 39307.895800092710610,
        21213.794301586595867, 5394.1960214247511077, 687.18700749205790830, 42.313330701600911252, 1};
    private static final double[] TAIL = {7.74545014278341407640e-4, 0.0227238449892691845833, 0.241780725177450611770,
        1.27045825245236838258, 3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590, 1.42343711074968357734};
    private static final double[] UNDER_TAIL = {1.05075007164441684324e-9, 5.47593808499534494600e-4, 0.0151986665636164571966,
        0.148103976427480074590, 0.689767334985100004550, 1.67638483018380384940, 2.05319162663775882187, 1};
    private static final double[] FAR = {2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.00124266094738807843860,
        0.0265321895265761230930, 0.296560571828504891230, 1.78482653991729133580, 5.46378491116411436990, 6.65790464350110377720};
    private static final double[] UNDER_FAR = {2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
        7.86869131145613259100e-4, 0.0148753612908506148525, 0.136929880922735805310, 0.599832206555887937690, 1};

    private NormalQuantile() {
    }

    /**
     * The x below which a standard normal number lies with probability {@code center + 0.5}.
     *
     * @param center in (-0.5, 0.5)
     * @param tail the smaller of both probabilities, that of lying below and that of lying above
     */
    static double of(double center, double tail) {
        if (Math.abs(center) <= 0.425) {
            double r = 0.180625 - center * center;
            return center * polynomial(MIDDLE, r) / polynomial(UNDER_MIDDLE, r);
        }
        double r = Math.sqrt(-StrictMath.log(tail));
        double x = r <= 5
                ? polynomial(TAIL, r - 1.6) / polynomial(UNDER_TAIL, r - 1.6)
                : polynomial(FAR, r - 5) / polynomial(UNDER_FAR, r - 5);
        return Math.copySign(x, center);
    }

    private static double polynomial(double[] coefficients, double x) {
        double sum = coefficients[0];
        for (int i = 1; i < coefficients.length; i++) {
            sum = sum * x + coefficients[i];
        }
        return sum;
    }
}
