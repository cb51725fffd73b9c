package dev.steppe.optim;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Options are the components of records: what they may be, and records with other ones. */
final class Components {
    private Components() {
    }

    /** What messages call a record. */
    private static String name(Class<?> record) {
        Card card = record.getAnnotation(Card.class);
        return card == null ? record.getSimpleName().toLowerCase(Locale.ROOT) : card.name();
    }

    static void check(Class<? extends Record> record, Object... values) {
        RecordComponent[] components = record.getRecordComponents();
        if (values.length != components.length) {
            throw new IllegalStateException(record + " has " + components.length + " components, " + values.length + " are to be checked");
        }
        for (int i = 0; i < values.length; i++) {
            String option = components[i].getName();
            OptionException.require(values[i] != null, name(record), option, values[i], "given");
            OptionException.require(!(values[i] instanceof LandingVariant), name(record), option, values[i],
                    "another variant: this one goes on after the base optimizer's update, and stands alone");
            if (values[i] instanceof Number number) {
                Interval interval = interval(components[i]);
                OptionException.require(interval.contains(number.doubleValue()), name(record), option, number, interval.words());
            }
        }
    }

    /** What a component that is a number may be. */
    static Interval interval(RecordComponent component) {
        return Interval.of(component.getAnnotation(Range.class), component.getType() == int.class);
    }

    static Object read(RecordComponent component, Object record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(component + " must be readable", e);
        }
    }

    /** The record with one component changed. */
    static <R> R with(R record, String option, Object value) {
        String name = name(record.getClass());
        RecordComponent[] components = record.getClass().isRecord() ? record.getClass().getRecordComponents() : new RecordComponent[0];
        requireOption(name, option, components);
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = components[i].getName().equals(option) ? fitting(name, components[i], value) : read(components[i], record);
        }
        return make(record, values);
    }

    private static Object fitting(String name, RecordComponent component, Object value) {
        Class<?> type = component.getType();
        if (type == double.class && value instanceof Number number) { return number.doubleValue(); }
        boolean fits = type == int.class
                ? value instanceof Integer
                : type == boolean.class ? value instanceof Boolean : value == null || type.isInstance(value);
        OptionException.require(fits && !(type == double.class), name, component.getName(), value, Catalogue.values(type));
        return value;
    }

    /** @throws OptionException if there is no such option, naming the nearest */
    static void requireOption(String name, String option, RecordComponent... components) {
        List<String> options = Arrays.stream(components).map(RecordComponent::getName).toList();
        if (!options.contains(option)) {
            throw new OptionException(name + " has no option '" + option + "'; " + Catalogue.nearest(option, options));
        }
    }

    /** A record of the same type. */
    static <R> R make(R like, Object... values) {
        Class<?>[] types = Arrays.stream(like.getClass().getRecordComponents()).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            @SuppressWarnings("unchecked")
            Class<? extends R> type = (Class<? extends R>) like.getClass();
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof OptionException refused) { throw refused; }
            throw new IllegalStateException(like.toString(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(like.getClass() + " must be a public record", e);
        }
    }
}
