//! Numbers as people read them.

/// `4812` as `4,812`.
pub fn grouped<N: TryInto<u64>>(number: N) -> String {
    // Saturate: a number larger than GitHub can count must not look small.
    let digits = number.try_into().unwrap_or(u64::MAX).to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn three_digits_stand_together_from_the_end() {
        for (number, text) in
            [(0_u32, "0"), (999, "999"), (1_000, "1,000"), (48_120, "48,120"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(u64::from(number)), text);
        }
    }
}
