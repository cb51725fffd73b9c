package dev.steppe.nn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.Batch;
import dev.steppe.core.Evaluator;
import dev.steppe.core.Objective;
import dev.steppe.core.Parameters;
import dev.steppe.core.Pass;
import dev.steppe.core.RandomKey;
import dev.steppe.core.Shape;
import dev.steppe.core.Tape;
import dev.steppe.core.Tensor;
import dev.steppe.kernels.DType;
import dev.steppe.kernels.Kernels;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Where a ReLU's input is closer to 0 than F32 resolves, F32 may decide otherwise than F64, and the gradient makes a jump that is no rounding error: a number
 * of 6e-7 in resnet20 is enough. This gives the F64 gradient with the decisions that F32 took.
 */
final class Kinks {
    /** How far from 0 a decision may differ: the inputs are of size 1 and come with errors of 5e-7 (root mean square), PyTorch's likewise. */
    private static final double RESOLUTION = 5e-6;

    private final Layer model;
    private final Objective.Loss loss;

    Kinks(Layer model, Objective.Loss loss) {
        this.model = model;
        this.loss = loss;
    }

    /**
     * The gradient in F64 with the decisions of F32, or null if they are the same.
     *
     * @param at in F64
     * @param batch in F64
     */
    Tensor gradient(Kernels kernels, Parameters at, Batch batch) {
        List<Tensor> exact = inputs(kernels, at, batch.inputs());
        Parameters rounded = new Parameters(at.space(), at.point().to(DType.F32), model.initialBuffers(DType.F32));
        List<Tensor> decisions = inputs(kernels, rounded, batch.inputs().to(DType.F32));
        boolean differ = false;
        for (int r = 0; r < exact.size(); r++) {
            Tensor x = exact.get(r);
            Tensor decision = decisions.get(r);
            for (int i = 0; i < x.size(); i++) {
                boolean same = x.get(i) > 0 == decision.get(i) > 0;
                assertTrue(same || Math.abs(x.get(i)) < RESOLUTION, () -> "a ReLU of F32 decides otherwise about " + x);
                differ |= !same;
            }
            decisions.set(r, Run.filled(DType.F64, decision.shape(), i -> decision.get(i) > 0 ? 1 : 0));
        }
        if (!differ) { return null; }
        Tensor gradient = Tensor.zeros(DType.F64, Shape.of(at.space().size()));
        new Evaluator(kernels, Objective.of((x, pass) -> {
            Iterator<Tensor> mask = decisions.iterator();
            return forward(x, pass, y -> y.mul(mask.next()));
        }, loss)).gradient(batch, at, Pass.Mode.TRAINING, RandomKey.of(0), gradient);
        return gradient;
    }

    private List<Tensor> inputs(Kernels kernels, Parameters at, Tensor images) {
        List<Tensor> inputs = new ArrayList<>();
        try (Tape tape = Tape.inference(kernels)) {
            forward(tape.constant(images), new Pass(tape, at, Pass.Mode.TRAINING, RandomKey.of(0)), x -> {
                inputs.add(x.keep());
                return x.relu();
            });
        }
        return inputs;
    }

    /** A ResNet of basic blocks with another function in the place of ReLU. */
    private Tensor forward(Tensor x, Pass pass, UnaryOperator<Tensor> relu) {
        Map<String, Layer> parts = model.children();
        Tensor y = relu.apply(parts.get("bn1").forward(parts.get("conv1").forward(x, pass), pass));
        for (int stage = 1; parts.containsKey("layer" + stage); stage++) {
            for (Layer block : parts.get("layer" + stage).children().values()) {
                Map<String, Layer> of = block.children();
                Tensor z = relu.apply(of.get("bn1").forward(of.get("conv1").forward(y, pass), pass));
                z = of.get("bn2").forward(of.get("conv2").forward(z, pass), pass);
                y = relu.apply(z.add(of.containsKey("shortcut") ? of.get("shortcut").forward(y, pass) : y));
            }
        }
        return parts.get("fc").forward(y.globalAveragePool(), pass);
    }
}
