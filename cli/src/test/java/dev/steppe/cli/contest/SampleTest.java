package dev.steppe.cli.contest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SampleTest {
    /** Values by hand: 1, 2, 4 have mean 7/3, deviation sqrt(7/3), and half width 4.3027 sqrt(7/9). */
    @Test
    void meansAndIntervalsAreStudents() {
        Sample sample = new Sample(1, Double.NaN, 2, 4);
        assertEquals(3, sample.size());
        assertEquals(7.0 / 3, sample.mean(), 1e-15);
        assertEquals(Math.sqrt(7.0 / 3), sample.deviation(), 1e-15);
        assertEquals(4.302652729911275 * Math.sqrt(7.0 / 9), sample.halfWidth(), 1e-4);
    }

    @Test
    void fewAreNotSure() {
        assertTrue(Double.isNaN(new Sample().mean()) && Double.isNaN(new Sample(1).halfWidth()) && Double.isNaN(new Sample(1).deviation()));
        assertEquals(1, new Sample(1).mean());
    }

    @Test
    void manyAreAlmostNormal() {
        double[] values = new double[101];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 2 == 0 ? 1 : -1;
        }
        Sample sample = new Sample(values);
        assertEquals(1.984 * sample.deviation() / Math.sqrt(101), sample.halfWidth(), 0.07 * sample.halfWidth());
    }

    @Test
    void sweepsAreWrittenOut() {
        assertEquals(List.of("sgd"), Sweep.of("sgd"));
        assertEquals(List.of("sam:rho=0.02", "sam:rho=0.05", "sam:rho=0.1"), Sweep.of("sam:rho=0.02|0.05|0.1"));
        assertEquals(List.of("vasso:rho=1,theta=a", "vasso:rho=1,theta=b", "vasso:rho=2,theta=a", "vasso:rho=2,theta=b"),
                Sweep.of("vasso:rho=1|2,theta=a|b"));
        assertEquals(List.of("eigensam:eigenvector=poweriteration(every=2)", "eigensam:eigenvector=poweriteration(every=5)"),
                Sweep.of("eigensam:eigenvector=poweriteration(every=2|5)"));
        assertEquals(List.of("sam:rho=1+swa", "sam:rho=2+swa"), Sweep.of("sam:rho=1|2+swa"));
    }
}
