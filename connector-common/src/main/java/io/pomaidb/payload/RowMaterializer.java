package io.pomaidb.payload;

import java.util.List;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** Makes rows of what Parquet reads: always the same row, or a new one each time. */
final class RowMaterializer extends RecordMaterializer<PayloadRow> {
    /** Elements and entries that a row may have in all: a few bytes of a crafted file can claim billions. */
    static final int MAX_ELEMENTS = 1 << 24;

    private final int size;
    private final boolean reuses;
    private final Root root;
    private PayloadRow row;
    private long id;
    private int elements;

    /**
     * @param columns the wanted columns
     * @param read the id, if wanted, and those of the columns that the file has
     * @param reuses whether all rows are one object
     */
    RowMaterializer(List<PayloadColumn> columns, MessageType read, boolean reuses) {
        this.size = columns.size();
        this.reuses = reuses;
        this.row = new PayloadRow(size);
        var converters = new Converter[read.getFieldCount()];
        for (int i = 0; i < converters.length; i++) {
            Type field = read.getType(i);
            converters[i] = field.getName().equals(PayloadSchema.ID) ? new IdConverter() : column(columns, field);
        }
        this.root = new Root(converters);
    }

    private Converter column(List<PayloadColumn> columns, Type field) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(field.getName())) {
                int slot = i;
                return converter(columns.get(i).type(), new Place() {
                    @Override
                    PayloadRow row() {
                        return row;
                    }

                    @Override
                    int slot() {
                        return slot;
                    }
                });
            }
        }
        throw new IllegalArgumentException("Cannot read a column that nobody asked for: " + field.getName());
    }

    /** The current row's id, where it is read. */
    long id() {
        return id;
    }

    @Override
    public PayloadRow getCurrentRecord() {
        return row;
    }

    @Override
    public GroupConverter getRootConverter() {
        return root;
    }

    private void countElement() {
        if (++elements > MAX_ELEMENTS) {
            throw new ParquetDecodingException("a row has more than " + MAX_ELEMENTS + " elements");
        }
    }

    private Converter converter(PayloadType type, Place place) {
        return switch (type.kind()) {
            case ARRAY -> new ArrayConverter(type, place);
            case MAP -> new MapConverter(type, place);
            case STRUCT -> new StructConverter(type, place);
            default -> new ValueConverter(place);
        };
    }

    /** Where a value belongs. */
    private abstract static class Place {
        abstract PayloadRow row();

        abstract int slot();
    }

    /** The last value of a row that grows. */
    private static final class LastPlace extends Place {
        private PayloadRow row;

        @Override
        PayloadRow row() {
            return row;
        }

        @Override
        int slot() {
            return row.size() - 1;
        }
    }

    private final class Root extends GroupConverter {
        private final Converter[] fields;

        Root(Converter[] fields) {
            this.fields = fields;
        }

        @Override
        public Converter getConverter(int field) {
            return fields[field];
        }

        @Override
        public void start() {
            elements = 0;
            if (reuses) {
                row.reset(size);
            } else {
                row = new PayloadRow(size);
            }
        }

        @Override
        public void end() {
            // The row is complete, whatever was there.
        }
    }

    private final class IdConverter extends PrimitiveConverter {
        @Override
        public void addLong(long value) {
            id = value;
        }
    }

    private static final class ValueConverter extends PrimitiveConverter {
        private final Place place;

        ValueConverter(Place place) {
            this.place = place;
        }

        @Override
        public void addBinary(Binary value) {
            place.row().setBytes(place.slot(), value.getBytes());
        }

        @Override
        public void addBoolean(boolean value) {
            place.row().setBoolean(place.slot(), value);
        }

        @Override
        public void addDouble(double value) {
            place.row().setDouble(place.slot(), value);
        }

        @Override
        public void addFloat(float value) {
            place.row().setFloat(place.slot(), value);
        }

        @Override
        public void addInt(int value) {
            place.row().setInt(place.slot(), value);
        }

        @Override
        public void addLong(long value) {
            place.row().setLong(place.slot(), value);
        }
    }

    /** A group with one field; what starts and ends it is the subclass's. */
    private abstract static class Group extends GroupConverter {
        private final Converter[] fields;

        Group(Converter... fields) {
            this.fields = fields;
        }

        @Override
        public Converter getConverter(int field) {
            return fields[field];
        }

        @Override
        public void end() {
            // Values go to their place as they come.
        }
    }

    private final class ArrayConverter extends GroupConverter {
        private final Place place;
        private final LastPlace last = new LastPlace();
        private final Converter list;

        ArrayConverter(PayloadType type, Place place) {
            this.place = place;
            this.list = new Group(converter(type.child(0), last)) {
                @Override
                public void start() {
                    countElement();
                    last.row.append();
                }
            };
        }

        @Override
        public Converter getConverter(int field) {
            return list;
        }

        @Override
        public void start() {
            last.row = new PayloadRow(0);
            place.row().setValues(place.slot(), last.row);
        }

        @Override
        public void end() {
            // The row grew where it is.
        }
    }

    private final class MapConverter extends GroupConverter {
        private final Place place;
        private final LastPlace key = new LastPlace();
        private final LastPlace value = new LastPlace();
        private final Converter entries;

        MapConverter(PayloadType type, Place place) {
            this.place = place;
            this.entries = new Group(converter(type.child(0), key), converter(type.child(1), value)) {
                @Override
                public void start() {
                    countElement();
                    key.row.append();
                    value.row.append();
                }
            };
        }

        @Override
        public Converter getConverter(int field) {
            return entries;
        }

        @Override
        public void start() {
            key.row = new PayloadRow(0);
            value.row = new PayloadRow(0);
            place.row().setMap(place.slot(), new PayloadEntries(key.row, value.row));
        }

        @Override
        public void end() {
            // The rows grew where they are.
        }
    }

    private final class StructConverter extends GroupConverter {
        private final Place place;
        private final Converter[] fields;
        private PayloadRow struct;

        StructConverter(PayloadType type, Place place) {
            this.place = place;
            this.fields = new Converter[type.children().size()];
            for (int i = 0; i < fields.length; i++) {
                int slot = i;
                fields[i] = converter(type.child(i), new Place() {
                    @Override
                    PayloadRow row() {
                        return struct;
                    }

                    @Override
                    int slot() {
                        return slot;
                    }
                });
            }
        }

        @Override
        public Converter getConverter(int field) {
            return fields[field];
        }

        @Override
        public void start() {
            struct = new PayloadRow(fields.length);
            place.row().setValues(place.slot(), struct);
        }

        @Override
        public void end() {
            // The fields are set.
        }
    }
}
