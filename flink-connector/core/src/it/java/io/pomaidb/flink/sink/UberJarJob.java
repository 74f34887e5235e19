package io.pomaidb.flink.sink;

import io.pomaidb.payload.PayloadType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A user's job: writes as many rows as the second argument says into the index that the first one names. */
public final class UberJarJob {
    private UberJarJob() {}

    /** The job. */
    public static void main(String[] arguments) throws Exception {
        var environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.enableCheckpointing(100);
        TestRow.stream(environment, Long.parseLong(arguments[1]), 2_000)
                .sinkTo(TestRow.sink(arguments[0], 2)
                        .payload("text", PayloadType.STRING, row -> "row " + row.id)
                        .build());
        environment.execute();
    }
}
