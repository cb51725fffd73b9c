package dev.steppe.optim;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The learning rate schedules of this library, by name. */
public final class Schedules {
    private static final Catalogue<Schedule> CATALOGUE = new Catalogue<>("schedule", byName());

    private Schedules() {
    }

    private static Map<String, Schedule> byName() {
        Map<String, Schedule> all = new LinkedHashMap<>();
        all.put("constant", new ConstantSchedule());
        all.put("step", StepSchedule.defaults());
        all.put("cosine", CosineSchedule.defaults());
        all.put("onecycle", OneCycleSchedule.defaults());
        return all;
    }

    /** All names. */
    public static Collection<String> names() {
        return CATALOGUE.names();
    }

    /**
     * The options of a schedule.
     *
     * @throws OptionException if there is no such schedule
     */
    public static List<Setting> settings(String name) {
        return Catalogue.settings(CATALOGUE.parse(name));
    }

    /**
     * Reads for example {@code cosine:warmup=0.05} or {@code step:at=0.3/0.6/0.8,factor=0.2}.
     *
     * @throws OptionException naming what is unknown or wrong, and the nearest that exists
     */
    public static Schedule parse(String text) {
        return CATALOGUE.parse(text);
    }

    /** The text that {@link #parse} reads as {@code schedule}. */
    public static String format(Schedule schedule) {
        return CATALOGUE.format(schedule);
    }
}
