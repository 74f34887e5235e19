package io.pomaidb.spark.session;

import java.io.File;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.spark.SparkEnv;

/** Where Spark itself spills: the disks that the cluster set aside for it. */
public final class LocalScratch {
    private LocalScratch() {}

    /** One of the folders of this executor, or of the driver; of several disks any. */
    public static Path directory() {
        // Spark's own helper takes its configuration by another type in 4.2.
        File[] disks = SparkEnv.get().blockManager().diskBlockManager().localDirs();
        return disks[ThreadLocalRandom.current().nextInt(disks.length)].toPath();
    }
}
