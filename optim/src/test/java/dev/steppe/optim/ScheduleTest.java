package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Learning rates against PyTorch 2.13. The tables were printed by
 *
 * <pre>{@code
 * def run(make, total):
 *     p = torch.zeros(1, requires_grad=True); o = torch.optim.SGD([p], lr=1.0); s = make(o); out = []
 *     for t in range(total):
 *         out.append(o.param_groups[0]['lr']); o.step(); s.step() if t < total - 1 else None
 *     return out
 * L = torch.optim.lr_scheduler
 * print(run(lambda o: L.MultiStepLR(o, [3, 6, 8], 0.2), 10))
 * print(run(lambda o: L.CosineAnnealingLR(o, T_max=10), 10))
 * print(run(lambda o: L.SequentialLR(o, [L.LinearLR(o, start_factor=0.25, total_iters=4),
 *                                        L.CosineAnnealingLR(o, T_max=16, eta_min=0.1)], milestones=[4]), 20))
 * print(run(lambda o: L.OneCycleLR(o, max_lr=1.0, total_steps=20, cycle_momentum=False), 20))
 * print(run(lambda o: L.OneCycleLR(o, max_lr=1.0, total_steps=7, pct_start=0.5, div_factor=10, final_div_factor=100, cycle_momentum=False), 7))
 * }</pre>
 */
class ScheduleTest {
    private static void assertFactors(String schedule, double... expected) {
        Schedule s = Schedules.parse(schedule);
        assertArrayEquals(expected, LongStream.range(0, expected.length).mapToDouble(t -> s.factor(t, expected.length)).toArray(), 1e-12,
                schedule);
    }

    @Test
    void constant() {
        assertFactors("constant", 1, 1, 1);
    }

    @Test
    void steps() {
        assertFactors("step", 1.0, 1.0, 1.0, 0.2, 0.2, 0.2, 0.04000000000000001, 0.04000000000000001, 0.008000000000000002,
                0.008000000000000002);
        assertFactors("step:at=0.5,factor=0.1", 1, 1, 0.1, 0.1);
    }

    /** Milestones are whole steps, although 0.7 * 10 is not 7 in floating point. */
    @Test
    void stepsComeAtRoundedMoments() {
        assertFactors("step:at=0.7,factor=0.1", 1, 1, 1, 1, 1, 1, 1, 0.1, 0.1, 0.1);
    }

    @Test
    void cosine() {
        assertFactors("cosine", 1.0, 0.9755282581475768, 0.9045084971874737, 0.7938926261462366, 0.6545084971874737, 0.5,
                0.34549150281252633,
                0.2061073738537635, 0.09549150281252633, 0.024471741852423234);
    }

    @Test
    void cosineWithWarmUp() {
        assertFactors("cosine:warmup=0.2,start=0.25,floor=0.1", 0.25, 0.4375, 0.625, 0.8125, 1.0, 0.9913533761814537, 0.9657457896300791,
                0.9241613255361455, 0.8681980515339465, 0.800006604858821, 0.7222075445642905, 0.6377906449072578, 0.55, 0.4622093550927424,
                0.3777924554357097, 0.2999933951411792, 0.23180194846605368, 0.17583867446385462, 0.13425421036992097, 0.10864662381854631);
    }

    @Test
    void oneCycle() {
        assertFactors("onecycle", 0.040000000000000036, 0.1316718427000253, 0.3716718427000253, 0.6683281572999747, 0.9083281572999747, 1.0,
                0.9874640062350873, 0.9504846320134737, 0.89091617757105, 0.8117456539497631, 0.7169430017913008, 0.6112620219362893,
                0.500002,
                0.38874197806371075, 0.28306099820869923, 0.18825834605023697, 0.10908782242895004, 0.049519367986526286,
                0.012539993764912554, 4e-06);
        assertFactors("onecycle:peak=0.5,divisor=10,finalDivisor=100", 0.09999999999999998, 0.41094235253127365, 0.9140576474687263,
                0.9505339495172583, 0.611649206511179, 0.18906684397156262, 0.001);
    }

    /** Short runs and steps beyond the end give factors from 0 to 1, and the end lasts. */
    @Test
    void isDefinedEverywhere() {
        for (String name : Schedules.names()) {
            for (Schedule s : List.of(Schedules.parse(name),
                    name.equals("cosine") ? Schedules.parse("cosine:warmup=0.9") : Schedules.parse(name))) {
                for (long total = 1; total < 40; total++) {
                    for (long t = 0; t < total + 5; t++) {
                        double factor = s.factor(t, total);
                        assertTrue(factor >= 0 && factor <= 1, name + " at " + t + " of " + total + ": " + factor);
                    }
                    assertEquals(s.factor(total, total), s.factor(total + 1000, total), name);
                }
            }
        }
    }
}
