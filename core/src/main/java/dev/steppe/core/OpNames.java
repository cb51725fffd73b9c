package dev.steppe.core;

/** Names of ops: each use of one asks for it, several times. */
final class OpNames {
    /** The name of a class in lower camel case; an anonymous one has only its binary name. */
    static final ClassValue<String> DEFAULT = new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> type) {
            String s = type.isAnonymousClass() ? type.getName() : type.getSimpleName();
            return Character.toLowerCase(s.charAt(0)) + s.substring(1);
        }
    };

    private OpNames() {
    }
}
