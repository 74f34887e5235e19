package io.pomaidb.payload;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Unpacks the pages of payload files by the JDK alone. A page that claims to be larger than gzip can make it is refused
 * before memory is taken for it. Stateless.
 */
final class GzipPages implements CompressionCodecFactory {
    /** More than deflate can reach, and what a page may have besides. */
    private static final long MAX_RATIO = 1040;

    private static final long MAX_EMPTY = 1024;

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        throw new IllegalArgumentException("Cannot pack a page with codec " + codec + ": this is for reading");
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        return switch (codec) {
            case GZIP -> new Gzip();
            case UNCOMPRESSED -> new Plain();
            default ->
                throw new IllegalArgumentException(
                        "Cannot unpack pages of codec " + codec + " (accepted: GZIP and UNCOMPRESSED)");
        };
    }

    @Override
    public void release() {
        // Nothing is held.
    }

    private static final class Gzip implements BytesInputDecompressor {
        @Override
        public BytesInput decompress(BytesInput packed, int size) throws IOException {
            if (size < 0 || size > packed.size() * MAX_RATIO + MAX_EMPTY) {
                throw new IOException("Cannot unpack a page of " + packed.size() + " bytes to " + size
                        + " (accepted: what gzip can reach)");
            }
            if (size == 0) {
                return BytesInput.empty();
            }
            var bytes = new byte[size];
            try (var in = new GZIPInputStream(packed.toInputStream())) {
                if (in.readNBytes(bytes, 0, size) < size) {
                    throw new EOFException("Cannot unpack a page: it has fewer than " + size + " bytes");
                }
            }
            return BytesInput.from(bytes);
        }

        @Override
        public void decompress(ByteBuffer packed, int packedSize, ByteBuffer to, int size) throws IOException {
            ByteBuffer source = packed.slice();
            source.limit(packedSize);
            to.put(decompress(BytesInput.from(source), size).toByteBuffer());
        }

        @Override
        public void release() {
            // Nothing is held.
        }
    }

    private static final class Plain implements BytesInputDecompressor {
        @Override
        public BytesInput decompress(BytesInput bytes, int size) throws IOException {
            if (bytes.size() != size) {
                throw new IOException("Cannot take a page of " + bytes.size() + " bytes as it is: it claims " + size);
            }
            return bytes;
        }

        @Override
        public void decompress(ByteBuffer bytes, int packedSize, ByteBuffer to, int size) {
            ByteBuffer source = bytes.slice();
            source.limit(packedSize);
            to.put(source);
        }

        @Override
        public void release() {
            // Nothing is held.
        }
    }
}
