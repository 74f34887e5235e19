package io.pomaidb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.PomaiIndex;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathSecretsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"s3a://key:seeded@bucket/index", "s3a://key:see/ded@bucket/index", "hdfs://me:seeded@node:8020/x"
            })
    void aPathWithAPasswordIsRefusedWithoutShowingIt(String path) {
        assertThatThrownBy(() -> PomaiOptions.parse(Map.of("path", path)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("option path", "//***@", "without a password")
                .hasMessageNotContainingAny("see", "ded@");
        assertThatThrownBy(() -> PomaiIndex.at(new Path(path), new Configuration()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("Cannot open index", "//***@", "Hadoop configuration")
                .hasMessageNotContainingAny("see", "ded@");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/data/words",
                "hdfs://node:8020/users/me@example.org/index",
                "abfss://container@account.dfs.core.windows.net/index",
                "s3a://bucket/a:b@c",
                "relative/a//b@c"
            })
    void otherPathsPass(String path) {
        assertThat(PathSecrets.isIn(path)).isFalse();
        assertThat(PathSecrets.masked(path)).isEqualTo(path);
    }

    @Test
    void twoSpellingsDoNotShowItEither() {
        assertThatThrownBy(() -> PomaiOptions.parse(Map.of("path", "/x", "PATH", "s3a://key:seeded@bucket/index")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageNotContaining("seeded");
    }
}
