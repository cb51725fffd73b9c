package dev.steppe.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.core.ParameterSpace.Segment;
import dev.steppe.core.Role;
import dev.steppe.optim.sam.Chosen;
import dev.steppe.optim.sam.Confined;
import dev.steppe.optim.sam.Esam;
import dev.steppe.optim.sam.FriendlySam;
import dev.steppe.optim.sam.LambdaRule;
import dev.steppe.optim.sam.LookSam;
import dev.steppe.optim.sam.Samar;
import dev.steppe.optim.sam.Trigger;
import dev.steppe.optim.sam.Triggered;
import dev.steppe.optim.sam.Vasso;
import dev.steppe.optim.base.Adam;
import dev.steppe.optim.base.AdamW;
import dev.steppe.optim.base.Sgd;
import dev.steppe.optim.sam.Asam;
import dev.steppe.optim.sam.Sam;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names, defaults and what is said of a wrong one. */
class CatalogueTest {
    @Test
    void readsWhatIsGivenAndTakesTheRestFromTheDefaults() {
        assertEquals(Sam.defaults(), SamVariants.parse("sam"));
        assertEquals(new Asam(1, 0, Asam.Scope.ALL, 1e-16), SamVariants.parse(" asam : rho = 1 , eta=0,scope=all"));
        assertEquals(Sgd.of(0.1).momentum(0.9).nesterov(true), BaseOptimizers.parse("sgd:momentum=0.9,nesterov=true"));
        assertEquals(AdamW.of(1e-3).with("weightDecay", 0.05), BaseOptimizers.parse("adamw:weightDecay=0.05"));
        assertEquals(new StepSchedule(List.of(0.5, 0.75), 0.1), Schedules.parse("step:at=0.5/0.75,factor=0.1"));
        assertEquals(new ConstantSchedule(), Schedules.parse("constant"));
    }

    /** As ranges are written. */
    @Test
    void infinityHasAShortName() {
        assertEquals(SamVariants.parse("aesam:lambda1=-Infinity"), SamVariants.parse("aesam:lambda1=-inf"));
        assertEquals(SamVariants.parse("aelooksam:lambda1=Infinity,lambda2=Infinity"),
                SamVariants.parse("aelooksam:lambda1=inf,lambda2=inf"));
        assertThrows(OptionException.class, () -> SamVariants.parse("aesam:lambda1=-inf,lambda2=inf"), "nothing lies between them");
        assertThrows(OptionException.class, () -> SamVariants.parse("sam:rho=inf"));
        assertThrows(OptionException.class, () -> SamVariants.parse("aesam:lambda1=1inf"));
    }

    @Test
    void partsOfAWindowFitIntoIt() {
        assertThrows(OptionException.class, () -> SamVariants.parse("vsam:first=50,most=0.1"));
        SamVariants.parse("vsam:first=5,most=0.1");
    }

    @Test
    void writesWhatItReads() {
        for (SamVariants.Entry entry : SamVariants.all()) {
            assertEquals(entry.defaults(), SamVariants.parse(SamVariants.format(entry.defaults())));
        }
        for (String text : List.of("sgd:learningRate=0.3,momentum=0.9,weightDecay=5.0E-4,nesterov=true",
                "adamw:learningRate=0.001,beta1=0.8,beta2=0.9,epsilon=1.0E-8,weightDecay=0.01")) {
            assertEquals(text, BaseOptimizers.format(BaseOptimizers.parse(text)));
        }
        for (String text : List.of("constant", "step:at=0.3/0.6,factor=0.2", "cosine:warmup=0.05,start=0.1,floor=0.0")) {
            assertEquals(text, Schedules.format(Schedules.parse(text)));
        }
        assertEquals("sam:rho=0.05,epsilon=1.0E-12 over sgd:learningRate=0.1,momentum=0.0,weightDecay=0.0,nesterov=false",
                Recipe.parse("sam", "sgd").toString());
        assertEquals("Plain[]", SamVariants.format(new Plain()), "what is not in the catalogue has its own text");
    }

    /** What is not said within parentheses comes from the variant that stood there, if it is of the same name, else from its own defaults. */
    @Test
    void variantsAndStrategiesNest() {
        assertEquals(LookSam.defaults().with("ascent", Vasso.defaults().theta(0.4)), SamVariants.parse("looksam:ascent=vasso(theta=0.4)"));
        assertEquals(new LookSam(5, 0.3, new Sam(0.1, 0), 1e-12), SamVariants.parse("looksam: alpha = 0.3 , ascent = sam( epsilon = 0 )"));
        assertEquals(
                new Triggered(new Trigger.Window(0.5, 1), 1,
                        LookSam.defaults().with("ascent", Esam.defaults().with("ascent", Vasso.defaults()))),
                SamVariants.parse("triggered:when=window(from=0.5),ascent=looksam(ascent=esam(ascent=vasso))"));
        assertEquals(Samar.defaults().lambda(0.5, new LambdaRule.Proportional(0.2, 1)),
                SamVariants.parse("samar:rule=proportional(min=0.2)"));
        assertEquals(new Confined(new Chosen.Roles(List.of(Role.BIAS, Role.NORM_SHIFT)), Sam.defaults()),
                SamVariants.parse("confined:to=roles(of=bias/norm_shift)"));
        assertEquals("looksam:k=5,alpha=0.7,ascent=vasso(rho=0.05,theta=0.4,statisticsTwice=false,epsilon=1.0E-7),epsilon=1.0E-12",
                SamVariants.format(SamVariants.parse("looksam:ascent=vasso(theta=0.4)")));
        Subjects.variants().forEach(variant -> assertEquals(variant, SamVariants.parse(SamVariants.format(variant))));
    }

    @Test
    void aRecipeIsABaseOptimizerOrAVariantOverOne() {
        assertEquals(Sgd.of(0.1), Recipe.parse("sgd", null));
        assertEquals(Sam.defaults().rho(0.1).over(AdamW.defaults()), Recipe.parse("sam:rho=0.1", "adamw"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            smm                     | there is no optimizer 'smm'; did you mean 'sam'? there are <all>
            SAM                     | there is no optimizer 'SAM'; did you mean 'sam'? there are <all>
            ``                      | there is no optimizer ''; there are <all>
            zzzzzzzzzzzz            | there is no optimizer 'zzzzzzzzzzzz'; there are <all>
            sam:roh=0.1             | sam has no option 'roh'; did you mean 'rho'? there are rho, epsilon
            sam:rho                 | sam: 'rho' in 'sam:rho' is not of the form option=value
            sam:                    | sam: '' in 'sam:' is not of the form option=value
            sam:rho=1,              | sam: '' in 'sam:rho=1,' is not of the form option=value
            sam:rho=1,rho=2         | sam: option 'rho' is given twice in 'sam:rho=1,rho=2'
            sam:rho=              | sam: rho = '' must be a number
            sam:rho=0,05            | sam: '05' in 'sam:rho=0,05' is not of the form option=value
            sam:rho=a=b             | sam: rho = 'a=b' must be a number
            sam:rho=-0.1            | sam: rho = -0.1 must be finite and at least 0
            sam:rho=NaN             | sam: rho = NaN must be finite and at least 0
            sam:epsilon=1e999       | sam: epsilon = Infinity must be finite and at least 0
            asam:eta=-1             | asam: eta = -1.0 must be finite and at least 0
            asam:scope=weight       | asam: scope = 'weight' must be one of weights, all
            sgd:momentum=1          | sgd: momentum = 1.0 must be in [0, 1)
            sgd:nesterov=true       | sgd: nesterov = true must be false without momentum
            sgd:nesterov=yes        | sgd: nesterov = 'yes' must be one of true, false
            sgd:learningRate=-1     | sgd: learningRate = -1.0 must be finite and at least 0
            sgd:lr=1                | sgd has no option 'lr'; there are learningRate, momentum, weightDecay, nesterov
            sgd:weight_decay=1e-4   | sgd has no option 'weight_decay'; did you mean 'weightDecay'? there are learningRate, momentum, weightDecay, nesterov
            looksam:ascent=vaso     | there is no optimizer 'vaso'; did you mean 'vasso'? there are VARIANTS
            looksam:ascent=vasso(thta=1) | vasso has no option 'thta'; did you mean 'theta'? there are rho, theta, statisticsTwice, epsilon
            looksam:ascent=vasso(theta=1 | vasso: 'vasso(theta=1' is not of the form name(option=value)
            looksam:ascent=vasso(theta=2) | vasso: theta = 2.0 must be in [0, 1]
            looksam:ascent=sgd      | there is no optimizer 'sgd'; did you mean 'sam' or 'sagm'? there are VARIANTS
            samar:rule=bandit       | there is no lambda rule 'bandit'; did you mean 'banded'? there are banded, proportional, constant
            samar:rule=banded(up=0) | banded: up = 0.0 must be finite and at least 1
            confined:to=roles(of=weight/bios) | roles: of = 'bios' must be one of weight, bias, norm_scale, norm_shift
            triggered:when=everyk(k=1.5) | everyk: k = '1.5' must be a whole number
            adamw:beta2=1           | adamw: beta2 = 1.0 must be in [0, 1)
            """)
    void saysWhatIsWrongWithAnOptimizer(String text, String message) {
        boolean variant = !text.startsWith("sgd") && !text.startsWith("adamw");
        OptionException e = assertThrows(OptionException.class, () -> Recipe.parse(text, variant ? "sgd" : null));
        String all = Stream.concat(SamVariants.all().stream().map(SamVariants.Entry::name), BaseOptimizers.names().stream())
                .collect(Collectors.joining(", "));
        assertEquals(message.replace("VARIANTS", String.join(", ", SamVariants.CATALOGUE.names())).replace("<all>", all), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cosin                   | there is no schedule 'cosin'; did you mean 'cosine'? there are constant, step, cosine, onecycle
            constant:factor=1       | constant has no option 'factor'; there are none
            step:at=0.5/x           | step: at = '0.5/x' must be numbers separated by /
            step:at=                | step: at = '' must be numbers separated by /
            step:at=0.6/0.3         | step: at = [0.6, 0.3] must be increasing fractions of the run, in (0, 1)
            step:factor=0           | step: factor = 0.0 must be in (0, 1]
            cosine:warmup=5         | cosine: warmup = 5.0 must be in [0, 1), a fraction of the run
            cosine:floor=-1         | cosine: floor = -1.0 must be in [0, 1]
            onecycle:peak=1         | onecycle: peak = 1.0 must be in (0, 1), a fraction of the run
            onecycle:divisor=0.5    | onecycle: divisor = 0.5 must be finite and at least 1
            """)
    void saysWhatIsWrongWithASchedule(String text, String message) {
        assertEquals(message, assertThrows(OptionException.class, () -> Schedules.parse(text)).getMessage());
    }

    @Test
    void saysWhatIsWrongWithOtherOptions() {
        Predicate<Segment> all = s -> true;
        assertMessage("options: clipNorm = 0.0 must be greater than 0", () -> Options.defaults().clipNorm(0));
        assertMessage("options: clipNorm = NaN must be greater than 0", () -> Options.defaults().clipNorm(Double.NaN));
        assertMessage("options: microBatch = -1 must be at least 0", () -> Options.defaults().microBatch(-1));
        assertMessage("options: shard = -8 must be at least 0", () -> Options.defaults().shard(-8));
        assertMessage("options: totalSteps = 0 must be at least 1: a schedule needs the number of steps it spans",
                () -> Options.defaults().schedule(CosineSchedule.defaults(), 0));
        assertMessage("parameter group: decay = -1.0 must be finite and at least 0", () -> Options.defaults().group(all, 1, -1));
        assertMessage("'sgd' is a base optimizer and has no base 'adamw'; give its options to it directly",
                () -> Recipe.parse("sgd", "adamw"));
        assertMessage("'sam' needs a base optimizer: one of [sgd, adam, adamw, rmsprop, lion, lamb]", () -> Recipe.parse("sam", null));
        assertMessage("there is no base optimizer 'sdg'; did you mean 'sgd'? there are sgd, adam, adamw, rmsprop, lion, lamb",
                () -> Recipe.parse("sam", "sdg"));
    }

    private static void assertMessage(String message, Executable call) {
        assertEquals(message, assertThrows(OptionException.class, call).getMessage());
    }

    @Test
    void optionsSayWhatTheyMayBe() {
        assertEquals(List.of("a number", "a number", "weights or all", "a number"),
                SamVariants.all().get(1).settings().stream().map(Setting::values).toList());
        assertEquals(List.of("a number", "a number in [0, 1)", "a number", "true or false"),
                BaseOptimizers.settings("sgd").stream().map(Setting::values).toList());
        assertEquals(List.of("values separated by /", "a number"), Schedules.settings("step").stream().map(Setting::values).toList());
    }

    /** Whatever range the catalogue shows of a number is the one that the record insists on; without one it is finite and at least 0. */
    @Test
    void numbersAreWithinTheirRanges() {
        SamVariants.all().forEach(entry -> assertInsists(entry.name(), entry.settings(), SamVariants::parse));
        BaseOptimizers.all().forEach(entry -> assertInsists(entry.name(), entry.settings(), BaseOptimizers::parse));
        Additions.all().forEach(entry -> assertInsists(entry.name(), entry.settings(), Additions::parse));
    }

    private static void assertInsists(String name, List<Setting> settings, Function<String, Object> parse) {
        for (Setting setting : settings) {
            boolean whole = setting.type() == int.class;
            if (!whole && setting.type() != double.class) { continue; }
            String rule = setting.range().isEmpty() ? whole ? "at least 0" : "finite and at least 0" : setting.range();
            for (String wrong : whole ? List.of("-7") : List.of("NaN", "-7.5", "-Infinity")) {
                if (!wrong.equals("NaN") && (rule.startsWith("a number") || rule.equals("finite") && !wrong.endsWith("y"))) { continue; }
                assertMessage(name + ": " + setting.name() + " = " + wrong + " must be " + rule,
                        () -> parse.apply(name + ":" + setting.name() + "=" + wrong));
            }
        }
    }

    @Test
    void intervalsInWords() {
        record Limits(@Range("[-inf, inf]") double any, @Range("(-inf, inf)") double finite, @Range("(0, inf]") double positive,
                @Range("(0, 1]") double part, @Range(value = "[2, inf)", of = "steps") int steps, double length, String text) {
            Limits {
                OptionException.check(Limits.class, any, finite, positive, part, steps, length, text);
            }
        }
        double inf = Double.POSITIVE_INFINITY;
        new Limits(-inf, -3, inf, 1, 2, 0, "");
        assertMessage("limits: any = NaN must be a number", () -> new Limits(Double.NaN, 0, 1, 1, 2, 0, ""));
        assertMessage("limits: finite = -Infinity must be finite", () -> new Limits(0, -inf, 1, 1, 2, 0, ""));
        assertMessage("limits: positive = 0.0 must be greater than 0", () -> new Limits(0, 0, 0, 1, 2, 0, ""));
        assertMessage("limits: part = 0.0 must be in (0, 1]", () -> new Limits(0, 0, 1, 0, 2, 0, ""));
        assertMessage("limits: part = 1.0000000000000002 must be in (0, 1]", () -> new Limits(0, 0, 1, Math.nextUp(1.0), 2, 0, ""));
        assertMessage("limits: steps = 1 must be at least 2, steps", () -> new Limits(0, 0, 1, 1, 1, 0, ""));
        assertMessage("limits: length = Infinity must be finite and at least 0", () -> new Limits(0, 0, 1, 1, 2, inf, ""));
        assertMessage("limits: text = null must be given", () -> new Limits(0, 0, 1, 1, 2, 0, null));
        assertThrows(IllegalStateException.class, () -> OptionException.check(Limits.class, 1, 2));
    }

    /** Any record, also one of a program's own, with one component changed. */
    @Test
    void oneComponentChanges() {
        assertEquals(new FriendlySam(0.2, 0, 0.9, 1e-12), FriendlySam.defaults().with("rho", 0.2).with("sigma", 0));
        assertEquals(new LookSam(3, 0.7, new Sam(0, 0), 1e-12), LookSam.defaults().with("k", 3).with("ascent", new Sam(0, 0)));
        assertEquals(new Sgd(0.1, 0.9, 0, true), Sgd.of(0.1).with("momentum", 0.9).with("nesterov", true));
        assertEquals(new Adam(0.3, 0.9, 0.95, 1e-8, 0), Adam.of(0.1).learningRate(0.3).with("beta2", 0.95));
        assertMessage("sam has no option 'roh'; did you mean 'rho'? there are rho, epsilon", () -> Sam.defaults().with("roh", 1));
        assertMessage("sam: rho = -1.0 must be finite and at least 0", () -> Sam.defaults().with("rho", -1));
        assertMessage("sam: rho = 0.1 must be a number", () -> Sam.defaults().with("rho", "0.1"));
        assertMessage("looksam: k = 2.0 must be a whole number", () -> LookSam.defaults().with("k", 2.0));
        assertMessage("looksam: ascent = null must be given", () -> LookSam.defaults().with("ascent", null));
        assertMessage("looksam: ascent = sam must be a variant", () -> LookSam.defaults().with("ascent", "sam"));
        SamVariant none = step -> Perturbation.NONE;
        assertTrue(assertThrows(OptionException.class, () -> none.with("rho", 1)).getMessage()
                .endsWith("has no option 'rho'; there are none"));
    }

    /** Every option of every record says where its default comes from. */
    @Test
    void defaultsHaveOrigins() {
        SamVariants.all().forEach(entry -> assertDocumented(entry.settings()));
        BaseOptimizers.names().forEach(name -> assertDocumented(BaseOptimizers.settings(name)));
        Schedules.names().forEach(name -> assertDocumented(Schedules.settings(name)));
        assertEquals(new Setting("rho", double.class, 0.05, "", "arXiv 2010.01412, section 3.1; davda54/sam"),
                SamVariants.all().getFirst().settings().getFirst());
    }

    private static void assertDocumented(List<Setting> settings) {
        settings.forEach(setting -> assertFalse(setting.origin().isBlank(), setting + " has no origin"));
    }

    @Test
    void baseOptimizersHaveCards() {
        for (BaseOptimizers.Entry entry : BaseOptimizers.all()) {
            assertEquals(entry.defaults(), BaseOptimizers.parse(entry.name()));
            assertEquals(entry.defaults().memory().size(), entry.card().memory(), entry.name());
            assertEquals(List.of(1.0, 1.0), List.of(entry.card().forwards(), entry.card().backwards()), entry.name());
            assertFalse(entry.card().title().isBlank() || entry.card().formula().isBlank() || entry.card().note().isBlank(), entry.name());
        }
        assertEquals("learningRate=0.1 momentum=0.0 weightDecay=0.0 nesterov=false", BaseOptimizers.all().getFirst().settings().stream()
                .map(setting -> setting.name() + "=" + setting.text()).collect(Collectors.joining(" ")));
    }

    @Test
    void entriesAreComplete() {
        for (SamVariants.Entry entry : SamVariants.all()) {
            assertTrue(entry.card().paper().contains("arXiv "), entry.name());
            assertTrue(entry.card().formula().contains("base(w, "), entry.name());
            assertFalse(entry.card().title().isBlank());
            assertTrue(Modifier.isPublic(entry.defaults().getClass().getModifiers()) && entry.defaults().getClass().isRecord(),
                    entry.name());
        }
    }
}
