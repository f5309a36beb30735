// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Series, seriesOf, UnitId} from "contracts/libraries/UnitId.sol";

/// @notice For every serial number that can be written: it reads back, and its parts are a partition of it.
contract UnitIdProof {
    function check_readsBackWhatWasWritten(bytes14 reportId, uint16 vintage, uint64 firstKg, uint64 quantityKg)
        external
        pure
    {
        UnitId id = seriesOf(reportId, vintage).part(firstKg, quantityKg);
        assert(id.reportId() == reportId);
        assert(id.vintage() == vintage);
        assert(id.firstKg() == firstKg);
        assert(id.quantityKg() == quantityKg);
        assert(id.nextKg() == uint256(firstKg) + quantityKg);
    }

    function check_namesOneBlockOnly(UnitId one, UnitId other) external pure {
        bool isSameBlock = one.reportId() == other.reportId() && one.vintage() == other.vintage()
            && one.firstKg() == other.firstKg() && one.quantityKg() == other.quantityKg();
        assert(isSameBlock == (UnitId.unwrap(one) == UnitId.unwrap(other)));
    }

    /// @notice The two sides of a cut: side by side, inside the block, of the same series, of its amount, never each other.
    function check_partsPartitionTheBlock(UnitId whole, uint64 ownKg) external pure {
        uint64 kg = whole.quantityKg();
        if (ownKg == 0 || ownKg >= kg || whole.nextKg() > type(uint64).max) return;
        Series series = whole.series();
        UnitId own = series.part(whole.firstKg(), ownKg);
        UnitId rest = series.part(whole.firstKg() + ownKg, kg - ownKg);

        assert(own.firstKg() == whole.firstKg());
        assert(own.nextKg() == rest.firstKg());
        assert(rest.nextKg() == whole.nextKg());
        assert(Series.unwrap(own.series()) == Series.unwrap(series));
        assert(Series.unwrap(rest.series()) == Series.unwrap(series));
        assert(UnitId.unwrap(own) != UnitId.unwrap(rest));
        assert(UnitId.unwrap(own) != UnitId.unwrap(whole));
    }

    /// @notice What a cut made, a merge makes undone: same first kilogram, same amount, same id.
    function check_mergeOfThePartsIsTheBlock(UnitId whole, uint64 ownKg) external pure {
        uint64 kg = whole.quantityKg();
        if (ownKg == 0 || ownKg >= kg || whole.nextKg() > type(uint64).max) return;
        UnitId own = whole.series().part(whole.firstKg(), ownKg);
        UnitId rest = whole.series().part(whole.firstKg() + ownKg, kg - ownKg);
        UnitId merged = own.series().part(own.firstKg(), uint64(rest.nextKg() - own.firstKg()));
        assert(UnitId.unwrap(merged) == UnitId.unwrap(whole));
    }
}
