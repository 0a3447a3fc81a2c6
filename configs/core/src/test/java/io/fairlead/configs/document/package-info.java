@NullMarked
package io.fairlead.configs.document;

import org.jspecify.annotations.NullMarked;
