package dev.steppe.train;

import dev.steppe.core.FormatException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Records of numbers as JSON objects: the components are the keys. Knows the types that the records of this package have. */
final class Records {
    private Records() {
    }

    static Map<String, Object> toMap(Record record) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (RecordComponent c : record.getClass().getRecordComponents()) {
            try {
                map.put(c.getName(), c.getAccessor().invoke(record));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("component " + c.getName() + " of " + record.getClass().getName() + " cannot be read", e);
            }
        }
        return map;
    }

    static <R extends Record> R of(Class<R> type, Map<String, ?> map, String source) throws FormatException {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = components[i].getName();
            types[i] = components[i].getType();
            if (!map.containsKey(name)) {
                throw new FormatException(source, -1, "has no '" + name + "'; there are " + map.keySet());
            }
            values[i] = value(types[i], map.get(name), name, source);
        }
        try {
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            throw new FormatException(source, -1, e.getCause().getMessage(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type.getName() + " cannot be made", e);
        }
    }

    private static Object value(Class<?> type, Object json, String name, String source) throws FormatException {
        if (type == double.class || type == Double.class) {
            return switch (json) {
                case null -> Double.NaN;
                case Double number -> number;
                case Long number -> (double) number;
                default -> throw mismatch(name, json, "a number", source);
            };
        }
        if (type == int.class && json instanceof Long number && number == number.intValue()) {
            return number.intValue();
        }
        if (type == long.class && json instanceof Long number) {
            return number;
        }
        if (type == List.class && json instanceof List<?> list) {
            List<Double> numbers = new ArrayList<>();
            for (Object element : list) {
                numbers.add((Double) value(Double.class, element, name, source));
            }
            return numbers;
        }
        if (type == Map.class && json instanceof Map<?, ?> object) {
            Map<String, Double> numbers = new LinkedHashMap<>();
            for (Map.Entry<?, ?> e : object.entrySet()) {
                numbers.put((String) e.getKey(), (Double) value(Double.class, e.getValue(), name, source));
            }
            return numbers;
        }
        throw mismatch(name, json, type.getSimpleName(), source);
    }

    private static FormatException mismatch(String name, Object json, String expected, String source) {
        return new FormatException(source, -1, "'" + name + "' is " + json + ", expected " + expected);
    }
}
