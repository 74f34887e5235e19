package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.error.DataException;
import io.pomaidb.index.IdType;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadRow;
import io.pomaidb.payload.PayloadType;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class PomaiSinkBuilderTest {
    private static PomaiSinkBuilder<Long> builder() {
        return PomaiSink.<Long>builder().path("/index").id(id -> id).vector(id -> new float[] {id});
    }

    private static PayloadRow set(PayloadType type, Object value) {
        var row = new PayloadRow(1);
        JavaValues.set(row, 0, new PayloadColumn("column", type), value);
        return row;
    }

    @Test
    void aSinkTravels() throws Exception {
        PomaiSink<Long> sink =
                builder().payload("text", PayloadType.STRING, Object::toString).build();

        PomaiSink<Long> copy = InstantiationUtil.clone(sink);

        assertThat(copy.settings().buildId()).isEqualTo(sink.settings().buildId());
        assertThat(copy.adapter().idType()).isEqualTo(IdType.LONG);
        assertThat(copy.adapter().id(5L)).isEqualTo(5);
        assertThat(copy.adapter().payload(5L).bytesAt(0)).asString().isEqualTo("5");
    }

    @Test
    void whatIsMissingIsSaid() {
        assertThatThrownBy(() -> PomaiSink.<Long>builder().build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("option path is not set");
        assertThatThrownBy(() -> PomaiSink.<Long>builder().path("/index").build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("it is not said how rows are read");
        assertThatThrownBy(() -> builder().key(Object::toString).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("give id or key");
        assertThatThrownBy(() -> builder().option("shardz", "3").build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("shardz");
        assertThatThrownBy(
                        () -> builder().snapshotRetention(Duration.ofSeconds(5)).build())
                .hasMessageContaining("versions of the last PT5S")
                .hasMessageContaining("a retention of a minute or more");
        assertThatThrownBy(() -> builder().orphanAge(Duration.ofSeconds(5)).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("PT5S");
        assertThatThrownBy(() -> builder().sinkId("").build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("sink id");
    }

    @Test
    void aRowWithoutAnIdIsRefused() {
        RowAdapter<Long> adapter = builder().build().adapter();

        assertThatThrownBy(() -> adapter.id(null))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("its id is null");
    }

    @Test
    void javasValuesFitTheirTypesOrAreRefused() {
        assertThat(set(PayloadType.INT, 7).intAt(0)).isEqualTo(7);
        assertThat(set(PayloadType.BYTE, 7L).intAt(0)).isEqualTo(7);
        assertThat(set(PayloadType.DOUBLE, 1.5f).doubleAt(0)).isEqualTo(1.5);
        assertThat(set(PayloadType.DATE, LocalDate.of(1970, 1, 3)).intAt(0)).isEqualTo(2);
        assertThat(set(PayloadType.TIMESTAMP, Instant.ofEpochMilli(-1)).longAt(0))
                .isEqualTo(-1_000);
        assertThat(set(PayloadType.decimal(5, 2), new BigDecimal("1.5")).longAt(0))
                .isEqualTo(150);
        assertThat(set(PayloadType.decimal(20, 0), new BigDecimal("-1")).bytesAt(0))
                .containsExactly(-1);
        assertThat(set(PayloadType.array(PayloadType.STRING), List.of("a", "b"))
                        .valuesAt(0)
                        .bytesAt(1))
                .asString()
                .isEqualTo("b");
        assertThat(set(PayloadType.STRING, null).isNullAt(0)).isTrue();

        assertThatThrownBy(() -> set(PayloadType.BYTE, 128))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("payload column column");
        assertThatThrownBy(() -> set(PayloadType.STRING, 5)).isInstanceOf(DataException.class);
        assertThatThrownBy(() -> set(PayloadType.decimal(3, 2), new BigDecimal("1.555")))
                .isInstanceOf(DataException.class);
        assertThatThrownBy(() -> set(PayloadType.decimal(3, 2), new BigDecimal("10")))
                .isInstanceOf(DataException.class);
    }
}
