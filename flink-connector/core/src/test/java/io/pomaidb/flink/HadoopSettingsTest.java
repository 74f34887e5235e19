package io.pomaidb.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HadoopSettingsTest {
    private static final String SITE = "<configuration><property><name>a.name</name><value>of the machine</value>"
            + "</property><property><name>b.name</name><value>of the machine</value></property></configuration>";

    @TempDir
    private Path folder;

    @Test
    void theJobsOwnSettingsStandOverThoseOfTheMachine() throws Exception {
        Files.writeString(folder.resolve("core-site.xml"), SITE);
        var environment = Map.of("HADOOP_CONF_DIR", folder.toString());

        var configuration = HadoopSettings.with(Map.of("b.name", "of the job")).load(environment);

        assertThat(configuration.get("a.name")).isEqualTo("of the machine");
        assertThat(configuration.get("b.name")).isEqualTo("of the job");
    }

    @Test
    void hadoopsHomeIsLookedAtWhereNoFolderIsNamed() throws Exception {
        Path etc = Files.createDirectories(folder.resolve("etc/hadoop"));
        Files.writeString(etc.resolve("hdfs-site.xml"), SITE);

        var configuration = HadoopSettings.ofMachine().load(Map.of("HADOOP_HOME", folder.toString()));

        assertThat(configuration.get("a.name")).isEqualTo("of the machine");
    }

    @Test
    void aMachineWithoutHadoopHasDefaults() {
        assertThat(HadoopSettings.ofMachine().load(Map.of()).get("fs.defaultFS"))
                .isEqualTo("file:///");
    }

    @Test
    void theTextShowsNoValue() {
        assertThat(HadoopSettings.with(Map.of("fs.s3a.secret.key", "hidden")).toString())
                .contains("fs.s3a.secret.key")
                .doesNotContain("hidden");
    }
}
