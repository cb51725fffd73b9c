package dev.steppe.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** No kernel method goes untested: one without a {@link Sample} fails the build. */
class CoverageTest {
    @Test
    void everyKernelMethodHasASample() {
        Set<String> methods = new TreeSet<>();
        for (Method accessor : Provider.class.getDeclaredMethods()) {
            if (accessor.getReturnType().isInterface()) {
                Arrays.stream(accessor.getReturnType().getDeclaredMethods()).filter(m -> !m.isSynthetic() && takesSpans(m))
                        .forEach(m -> methods.add(accessor.getReturnType().getSimpleName() + "." + m.getName()));
            }
        }
        assertTrue(methods.size() > 30, methods.toString());
        assertEquals(methods, Sample.all().stream().map(Sample::toString).collect(Collectors.toCollection(TreeSet::new)));
    }

    /** Others, such as the name of a plan, compute nothing. */
    private static boolean takesSpans(Method method) {
        return Arrays.asList(method.getParameterTypes()).contains(Span.class);
    }
}
