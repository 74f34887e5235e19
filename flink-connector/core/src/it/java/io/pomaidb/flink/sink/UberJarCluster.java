package io.pomaidb.flink.sink;

import java.io.File;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.client.program.PackagedProgram;
import org.apache.flink.client.program.PackagedProgramUtils;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;

/**
 * A cluster without the connector on its class path, which runs a job's jar as {@code flink run} submits it, with class
 * loaders of its own: once for each set of the job's arguments.
 */
final class UberJarCluster {
    private UberJarCluster() {}

    /** Arguments: the job's jar, the connector's jar or "-" where the class path has it, the job's class, its arguments. */
    public static void main(String[] arguments) throws Exception {
        var cluster = new MiniClusterConfiguration.Builder()
                .setConfiguration(new Configuration())
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(2)
                .build();
        var mini = new MiniCluster(cluster);
        try {
            mini.start();
            for (int i = 3; i < arguments.length; i += 2) {
                var program = PackagedProgram.newBuilder()
                        .setJarFile(new File(arguments[0]))
                        .setEntryPointClassName(arguments[2])
                        .setArguments(Arrays.copyOfRange(arguments, i, i + 2));
                if (!arguments[1].equals("-")) {
                    program.setUserClassPaths(
                            List.of(new File(arguments[1]).toURI().toURL()));
                }
                try (PackagedProgram packaged = program.build()) {
                    mini.executeJobBlocking(
                            PackagedProgramUtils.createJobGraph(packaged, new Configuration(), 2, false));
                }
            }
        } finally {
            mini.close();
        }
    }
}
