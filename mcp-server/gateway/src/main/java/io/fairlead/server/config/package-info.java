/**
 * The configuration file: read with positions, validated by one JSON Schema, bound to records. A
 * file is either loaded as a whole or refused with every problem it has.
 */
@NullMarked
package io.fairlead.server.config;

import org.jspecify.annotations.NullMarked;
