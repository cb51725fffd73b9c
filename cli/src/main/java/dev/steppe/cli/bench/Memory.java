package dev.steppe.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the system says about this process. */
final class Memory {
    private Memory() {
    }

    /** The most memory that this process ever had in use; null where the system does not tell by a file. */
    static Long peakRssMiB() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10;
                }
            }
        } catch (IOException e) {
            // Not Linux.
        }
        return null;
    }
}
