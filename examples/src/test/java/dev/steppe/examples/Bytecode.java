package dev.steppe.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.MethodTypeEntry;
import java.lang.classfile.constantpool.NameAndTypeEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.lang.reflect.AccessFlag;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one class file names: the classes, the members of other classes ({@code java.lang.System.setProperty}), and its own static fields that
 * can be assigned again.
 */
record Bytecode(String name, Set<String> classes, Set<String> members, Set<String> mutableStatics) {
    private static final Pattern CLASS_IN_DESCRIPTOR = Pattern.compile("L([^;<]+);");

    /** All classes of a module but its descriptor. */
    static List<Bytecode> of(ModuleReference module) {
        try (ModuleReader reader = module.open()) {
            List<String> files = reader.list().filter(file -> file.endsWith(".class") && !file.endsWith("module-info.class")).toList();
            return files.stream().map(file -> of(read(reader, file))).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] read(ModuleReader reader, String file) {
        try (var in = reader.open(file).orElseThrow()) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Bytecode of(byte[] file) {
        ClassModel model = ClassFile.of().parse(file);
        Set<String> classes = new TreeSet<>();
        Set<String> members = new TreeSet<>();
        Set<String> statics = new TreeSet<>();
        for (PoolEntry entry : model.constantPool()) {
            switch (entry) {
                case ClassEntry type -> add(classes, type.asInternalName());
                case NameAndTypeEntry type -> addDescriptor(classes, type.type().stringValue());
                case MethodTypeEntry type -> addDescriptor(classes, type.descriptor().stringValue());
                case MemberRefEntry member -> members.add(dotted(member.owner().asInternalName()) + "." + member.name().stringValue());
                default -> {}
            }
        }
        for (MethodModel method : model.methods()) {
            addDescriptor(classes, method.methodType().stringValue());
        }
        for (FieldModel field : model.fields()) {
            addDescriptor(classes, field.fieldType().stringValue());
            if (field.flags().has(AccessFlag.STATIC) && !field.flags().has(AccessFlag.FINAL)) {
                statics.add(field.fieldName().stringValue());
            }
        }
        return new Bytecode(dotted(model.thisClass().asInternalName()), classes, members, statics);
    }

    /** A class entry holds a name, or a descriptor when it is an array. */
    private static void add(Set<String> classes, String internalName) {
        if (internalName.startsWith("[")) {
            addDescriptor(classes, internalName);
        } else {
            classes.add(dotted(internalName));
        }
    }

    private static void addDescriptor(Set<String> classes, String descriptor) {
        Matcher matcher = CLASS_IN_DESCRIPTOR.matcher(descriptor);
        while (matcher.find()) {
            classes.add(dotted(matcher.group(1)));
        }
    }

    private static String dotted(String internalName) {
        return internalName.replace('/', '.');
    }
}
