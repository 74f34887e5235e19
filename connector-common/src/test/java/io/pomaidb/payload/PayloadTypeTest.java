package io.pomaidb.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.error.ConfigurationException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadTypeTest {
    @Test
    void theTextOfATypeIsReadBack() {
        var random = new RandomPayload(3);
        for (int i = 0; i < 500; i++) {
            PayloadType type = random.type(5);
            assertThat(PayloadType.parse(type.text())).isEqualTo(type);
        }
        assertThat(PayloadType.parse("struct<a:array<map<string,decimal(38,0)>>,`b ``c`:timestamp_ntz>")
                        .text())
                .isEqualTo("struct<a:array<map<string,decimal(38,0)>>,`b ``c`:timestamp_ntz>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "integer",
                "int ",
                " int",
                "decimal",
                "decimal(0,0)",
                "decimal(39,0)",
                "decimal(5,6)",
                "decimal(5,-1)",
                "decimal(99999999999,1)",
                "array",
                "array<int",
                "array<>",
                "map<int>",
                "struct<>",
                "struct<a>",
                "struct<a:int,a:int>",
                "struct<`a:int>",
                "struct<``:int>",
                "int>"
            })
    void otherTextIsRefused(String text) {
        assertThatThrownBy(() -> PayloadType.parse(text)).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void depthAndLengthAreBounded() {
        assertThatThrownBy(() -> PayloadType.parse("array<".repeat(100_000))).hasMessageContaining("characters");
        assertThatThrownBy(() -> PayloadType.parse("array<".repeat(9_000))).hasMessageContaining("16 levels");
        String deepest = "array<".repeat(15) + "int" + ">".repeat(15);
        assertThat(PayloadType.parse(deepest).text()).isEqualTo(deepest);
        assertThatThrownBy(() -> PayloadType.array(PayloadType.parse(deepest))).hasMessageContaining("16 levels");
    }

    @Test
    void schemasJoinByAddingColumns() {
        var has = new PayloadSchema(null, List.of(new PayloadColumn("a", PayloadType.INT)));
        var more = new PayloadSchema(
                null, List.of(new PayloadColumn("b", PayloadType.STRING), new PayloadColumn("a", PayloadType.INT)));
        assertThat(has.plus(more).columns()).extracting(PayloadColumn::name).containsExactly("a", "b");
        assertThatThrownBy(() -> has.plus(new PayloadSchema(null, List.of(new PayloadColumn("a", PayloadType.LONG)))))
                .hasMessage("Cannot write payload column a of type long: the index has it with type int"
                        + " (cast the column, or rename it)");
        assertThatThrownBy(() -> has.plus(new PayloadSchema(null, List.of(new PayloadColumn("A", PayloadType.INT)))))
                .hasMessageContaining("names must differ in more than case");
        assertThatThrownBy(() -> new PayloadSchema(null, List.of(new PayloadColumn("_pomai_id", PayloadType.INT))))
                .hasMessageContaining("reserved");
    }
}
